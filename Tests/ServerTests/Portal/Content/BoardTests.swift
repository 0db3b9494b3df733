import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct BoardTests {
    private let path = "/_mado/v1/announcements"

    @Test func everybodyReadsWhatIsAnnounced() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let hanako = try await server.member("hanako")
            let admin = try await server.member("boss", isAdministrator: true)
            try await content.portal.updateAdministrators()
            let body =
                #"{"audience":{"kind":"all"},"title":"Canteen <closed>","text":"On Friday","link":"https://example.org/","priority":"urgent"}"#
            #expect(await hanako.post(path, body).error == "M_FORBIDDEN")
            let answer = await admin.post(path, body)
            #expect(answer.status == 200)
            let room = RoomID(unchecked: try #require(answer["room_id"]?.string))
            let event = try #require(answer["event_id"]?.string)
            let messages = try await content.messages(in: room)
            let message = try #require(messages.first)
            #expect(message.sender == content.portal.account)
            #expect(message.content["msgtype"]?.string == "m.text")
            #expect(message.content["body"]?.string == "Canteen <closed>\n\nOn Friday\n\nhttps://example.org/")
            #expect(message.content["formatted_body"]?.string?.contains("<closed>") == false)
            #expect(message.content["mado.announcement"]?["by"]?.string == admin.user.string)
            // A member who comes later is on the board too, and nobody but those who may writes on it.
            let kenji = try await server.member("kenji")
            for member in [hanako, kenji] {
                let got = await member.get("/_matrix/client/v3/rooms/\(room)/event/\(event)")
                #expect(got["content"]?["mado.announcement"]?["title"]?.string == "Canteen <closed>")
                let write = await member.put(
                    "/_matrix/client/v3/rooms/\(room)/send/m.room.message/1", #"{"msgtype":"m.text","body":"x"}"#)
                #expect(write.error == "M_FORBIDDEN")
            }
            // Seen.
            let seen = path + "/\(room)/\(event)/seen"
            #expect(await admin.get(seen)["seen"]?.int == 0)
            #expect(await admin.get(seen)["audience"]?.int == 3)
            let receipts = Receipts(journal: server.journal, clock: server.clock.clock)
            try await receipts.set([.init(.read, EventID(unchecked: event))], in: room, by: hanako.user)
            let after = await admin.get(seen)
            #expect(after["seen"]?.int == 1)
            #expect(after["members"]?.array?.map(\.string) == [hanako.user.string])
            #expect(await hanako.get(seen).error == "M_FORBIDDEN")
        }
    }

    @Test func anAudienceIsKeptInStep() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let nurse = try await server.member("nurse")
            let other = try await server.member("other")
            try await content.roles.add("nurse", to: nurse.user)
            let put = await server.request(
                .post, "/announcements", body: #"{"audience":{"kind":"role","role":"nurse"},"title":"Shift"}"#)
            let room = RoomID(unchecked: try #require(put["room_id"]?.string))
            func members() async throws -> Set<UserID> {
                Set(try await server.journal.room(room)?.users(with: .join) ?? []).subtracting([content.portal.account])
            }
            #expect(try await members() == [nurse.user])
            #expect(await other.post("/_matrix/client/v3/join/\(room)").status == 403)
            try await content.roles.add("nurse", to: other.user)
            #expect(try await members() == [nurse.user, other.user])
            try await content.roles.remove("nurse", from: nurse.user)
            #expect(try await members() == [other.user])
            // The same audience has one board.
            let again = await server.request(
                .post, "/announcements", body: #"{"audience":{"kind":"role","role":"nurse"},"title":"More"}"#)
            #expect(again["room_id"]?.string == room.string)
        }
    }

    @Test func aGroupsBoardHasTheGroupsMembers() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            var creation = RoomCreation()
            creation.name = "Osaka"
            creation.preset = .publicChat
            let group = try await content.rooms.create(creation, by: hanako.user)
            // Who looks after a group announces to it.
            let audiences = await hanako.get(path + "/audiences")
            #expect(audiences["may_announce"]?.bool == true)
            #expect(audiences["audiences"]?.array?.map { $0["label"]?.string } == ["Osaka"])
            #expect(await kenji.get(path + "/audiences")["may_announce"]?.bool == false)
            let body = #"{"audience":{"kind":"group","room_id":"\#(group)"},"title":"Move","priority":"normal"}"#
            #expect(await kenji.post(path, body).error == "M_FORBIDDEN")
            let answer = await hanako.post(path, body)
            let board = RoomID(unchecked: try #require(answer["room_id"]?.string))
            #expect(try await server.journal.room(board)?.isJoined(hanako.user) == true)
            try await content.rooms.join(group, by: kenji.user)
            try await content.boards.updateMembers(of: board, .group(group))
            #expect(try await server.journal.room(board)?.isJoined(kenji.user) == true)
            try await content.rooms.leave(group, by: kenji.user)
            try await content.boards.updateMembers(of: board, .group(group))
            #expect(try await server.journal.room(board)?.isJoined(kenji.user) == false)
        }
    }

    @Test func whatIsForLaterIsHeldBack() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let start = server.clock.now + 60_000
            let put = await server.request(.post, "/announcements", body: #"{"title":"Later","from_ts":\#(start)}"#)
            #expect(put["held_until_ts"]?.int == start)
            #expect(put["event_id"] == nil)
            let room = RoomID(unchecked: try #require(put["room_id"]?.string))
            let id = try #require(put["announcement_id"]?.string)
            let withdrawn = await server.request(.post, "/announcements", body: #"{"title":"No","from_ts":\#(start)}"#)
            let withdrawnID = try #require(withdrawn["announcement_id"]?.string)
            try await content.boards.releaseDue()
            #expect(try await content.messages(in: room).isEmpty)
            #expect(await server.request(.get, "/announcements/\(id)/seen").status == 404)
            #expect(
                await server.request(.put, "/announcements/\(id)", body: #"{"title":"Later!","from_ts":\#(start)}"#)
                    .status == 200)
            #expect(await server.request(.delete, "/announcements/\(withdrawnID)").status == 200)
            server.clock.set(to: start)
            try await content.boards.releaseDue()
            try await content.boards.releaseDue()
            #expect(try await content.messages(in: room).map { $0.content["body"]?.string } == ["Later!"])
            let listed = await server.request(.get, "/announcements")["announcements"]?.array.map(Array.init) ?? []
            #expect(listed.count == 1)
            #expect(listed.first?["event_id"]?.string != nil)
        }
    }

    @Test func oneThatCannotBeSentHoldsNoneBack() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let start = server.clock.now + 60_000
            var ids: [String] = []
            var rooms: [String] = []
            for title in ["First", "Second"] {
                let put = await server.request(
                    .post, "/announcements", body: #"{"title":"\#(title)","from_ts":\#(start)}"#)
                ids.append(try #require(put["announcement_id"]?.string))
                rooms.append(try #require(put["room_id"]?.string))
            }
            let large = #"{"title":"First","text":"\#(String(repeating: "茶", count: 10_000))","from_ts":\#(start)}"#
            #expect(await server.request(.put, "/announcements/\(ids[0])", body: large).error == "M_TOO_LARGE")
            // One that an earlier version took.
            let first = ids[0]
            try await server.journal.write { transaction in
                var stored = try #require(try transaction.store.announcement(first))
                stored.content = Array(large.utf8)
                try transaction.store.setAnnouncement(stored)
            }
            server.clock.set(to: start)
            try await content.boards.releaseDue()
            let messages = try await content.messages(in: RoomID(unchecked: rooms[0]))
            #expect(messages.map { $0.content["body"]?.string } == ["Second"])
        }
    }

    @Test func itIsChangedAndWithdrawn() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let hanako = try await server.member("hanako")
            try await content.roles.add(Boards.announcerRole, to: hanako.user)
            let kenji = try await server.member("kenji")
            let put = await hanako.post(path, #"{"audience":{"kind":"all"},"title":"One"}"#)
            let id = try #require(put["announcement_id"]?.string)
            let room = RoomID(unchecked: try #require(put["room_id"]?.string))
            #expect(await kenji.put(path + "/\(id)", #"{"title":"Two"}"#).error == "M_FORBIDDEN")
            #expect(await kenji.delete(path + "/\(id)").error == "M_FORBIDDEN")
            #expect(await hanako.put(path + "/\(id)", #"{"title":"Two"}"#).status == 200)
            let event = try #require(put["event_id"]?.string)
            let edited = await hanako.get("/_matrix/client/v3/rooms/\(room)/event/\(event)")
            #expect(edited.text.contains("Two"))
            #expect(await hanako.delete(path + "/\(id)").status == 200)
            let gone = try await server.store.read { try $0.event(EventID(unchecked: event), in: room) }
            #expect(gone?.redactedBecause != nil)
            #expect(await hanako.delete(path + "/\(id)").error == "M_NOT_FOUND")
            #expect(await kenji.get(path)["announcements"]?.count == 0)
        }
    }

    @Test(
        arguments: [
            #"{"title":""}"#, #"{"text":"x"}"#, #"{"title":"x","priority":"loud"}"#,
            #"{"title":"x","link":"file:///a"}"#,
            #"{"title":"x","picture":"https://a/b"}"#, #"{"title":"x","until_ts":1}"#,
            #"{"title":"x","audience":{"kind":"some"}}"#, #"{"title":"x","audience":{"kind":"group","room_id":"x"}}"#,
            #"{"title":"x","audience":{"kind":"group","room_id":"!no:mado.test"}}"#,
        ])
    func whatIsNoAnnouncementIsRefused(body: String) async throws {
        try await PortalContent.run { content in
            let answer = await content.server.request(.post, "/announcements", body: body)
            #expect((400..<500).contains(answer.status))
            let announced = try await content.boards.announcements()
            #expect(announced.isEmpty)
        }
    }
}
