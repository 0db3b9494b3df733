import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite struct RoomModerationTests {
    @Test func aClosedRoomIsEmptyAndStaysSo() async throws {
        try await RouteHarness.withRooms { server, _ in
            let moderation = RoomModeration(journal: server.journal, clock: server.clock.clock)
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let text = try await hanako.createRoom(
                #"{"preset":"public_chat","visibility":"public","room_alias_name":"pier","name":"Pier"}"#)
            let room = RoomID(unchecked: text)
            #expect(await kenji.join(text).status == 200)
            _ = try await kenji.say("hello", in: text)
            #expect(try await moderation.resolve("#pier:mado.test") == room)
            try await moderation.close(room)
            let overview = try await moderation.room(room)
            #expect(overview.isClosed && !overview.row.isPublic && overview.aliases == [])
            #expect(overview.room.joinedCount == 0)
            #expect(await kenji.join(text).outcome == "403 M_FORBIDDEN")
            #expect(await hanako.put(hanako.path(text, "send/m.room.message/x")).status >= 400)
            #expect(await kenji.texts(in: text, "dir=b") == ["hello"], "who was there still reads what was said")
            #expect(await kenji.get("/_matrix/client/v3/directory/room/%23pier:mado.test").status == 404)
            try await moderation.reopen(room)
            #expect(await kenji.join(text).status == 200)
            #expect(try await moderation.list(after: nil, limit: 9).map(\.row.id) == [room])
            await #expect(throws: MatrixError.self) { try await moderation.close(RoomID(unchecked: "!no:mado.test")) }
        }
    }

    @Test func everythingOfAMemberIsRedactedAlsoWhereTheyAreNoMore() async throws {
        try await RouteHarness.withRooms { server, _ in
            let moderation = RoomModeration(journal: server.journal, clock: server.clock.clock)
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let here = try await hanako.createRoom()
            let left = try await hanako.createRoom()
            for room in [here, left] {
                try await hanako.bring(kenji, into: room)
                for number in 1...3 { _ = try await kenji.say("rude \(number)", in: room) }
                _ = try await hanako.say("kind", in: room)
            }
            #expect(await kenji.leave(left).status == 200)
            #expect(try await moderation.redactAll(by: kenji.user, serverName: "mado.test") == 6)
            #expect(try await moderation.redactAll(by: kenji.user, serverName: "mado.test") == 0)
            for room in [here, left] {
                #expect(await hanako.texts(in: room, "dir=f&limit=99") == ["kind"])
                #expect(await hanako.get(hanako.path(room, "messages?dir=f&limit=99")).text.contains("rude") == false)
            }
        }
    }

    @Test func oldMessagesGoForGood() async throws {
        try await RouteHarness.withRooms { server, _ in
            let moderation = RoomModeration(journal: server.journal, clock: server.clock.clock)
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            _ = try await hanako.say("old", in: room)
            server.clock.advance(by: .seconds(86_400))
            let limit = server.clock.now
            _ = try await hanako.say("new", in: room)
            #expect(try await moderation.purgeAll(before: limit) == 1)
            #expect(await hanako.texts(in: room, "dir=b&limit=99") == ["new"])
            #expect(await hanako.get(hanako.path(room, "state")).body.array?.count ?? 0 > 4)
        }
    }

    @Test func filesAreQuarantinedAndRemoved() async throws {
        try await RouteHarness.withMedia { server, media in
            let moderation = MediaModeration(journal: server.journal, storage: media.storage)
            let kenji = try await server.member("kenji")
            func add(_ text: String) async throws -> ContentURI {
                try await media.repository.add(Array(text.utf8), .init(type: "text/plain"), by: kenji.user)
            }
            func status(_ file: ContentURI) async -> Int {
                await kenji.get("/_matrix/client/v1/media/download/\(file.server)/\(file.id)").status
            }
            let first = try await add("bad")
            let same = try await add("bad")
            let good = try await add("good")
            #expect(try await moderation.setQuarantined(true, .file(first.id)) == 1)
            let later = try await add("bad")
            for file in [first, same, later] { #expect(await status(file) == 404) }
            #expect(await status(good) == 200)
            #expect(try await moderation.setQuarantined(false, .uploads(kenji.user)) == 4)
            #expect(await status(later) == 200)
            #expect(try await moderation.remove(.file(first.id)) == 1)
            #expect(await status(first) == 404)
            #expect(await status(same) == 200)
            #expect(try await moderation.remove(.uploads(kenji.user)) == 3)
            #expect(media.files(in: "content") == [])
            await #expect(throws: MatrixError.self) { try await moderation.remove(.file(first.id)) }
        }
    }
}
