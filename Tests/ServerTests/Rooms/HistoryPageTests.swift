import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct HistoryPageTests {
    private func filter(_ json: String) -> String { "&filter=\(json.urlEncoded)" }

    /// All pages from one end to the other: texts, and how many pages it took.
    private func all(_ member: TestMember, _ room: String, _ query: String) async -> (texts: [String], pages: Int) {
        var texts: [String] = []
        var from: String?
        for pages in 1...200 {
            let page = await member.get(member.path(room, "messages?\(query)" + (from.map { "&from=\($0)" } ?? "")))
            texts += page.texts("chunk")
            guard let end = page["end"]?.string else { return (texts, pages) }
            from = end
        }
        Issue.record("pagination never ends")
        return (texts, 200)
    }

    @Test func pagesBothWays() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let texts = (1...25).map { "m\($0)" }
            for text in texts { _ = try await hanako.say(text, in: room) }
            #expect(await all(hanako, room, "dir=b&limit=7").texts == texts.reversed())
            #expect(await all(hanako, room, "dir=f&limit=7").texts == texts)
            #expect(await all(hanako, room, "dir=b&limit=100000").pages == 1)

            let page = await hanako.get(hanako.path(room, "messages?dir=b&limit=5"))
            #expect(page.texts("chunk") == ["m25", "m24", "m23", "m22", "m21"])
            let end = try #require(page["end"]?.string)
            let start = try #require(page["start"]?.string)
            // Between the two places, from either side.
            #expect(await hanako.texts(in: room, "dir=f&from=\(end)&limit=100") == ["m21", "m22", "m23", "m24", "m25"])
            #expect(await hanako.texts(in: room, "dir=b&from=\(start)&to=\(end)&limit=100").count == 5)
            #expect(await hanako.texts(in: room, "dir=f&from=\(end)&to=\(start)&limit=2") == ["m21", "m22"])
            // Tokens of sync name the same places.
            let sync = "s\(start.dropFirst())_1_0"
            #expect(await hanako.texts(in: room, "dir=b&from=\(sync)&limit=1") == ["m25"])
            let live = await hanako.get(hanako.path(room, "messages?dir=f&from=\(start)"))
            #expect(live["chunk"]?.count == 0 && live["end"] == nil)
        }
    }

    @Test(arguments: [
        ("", "400 M_MISSING_PARAM"), ("dir=x", "400 M_INVALID_PARAM"), ("dir=b&from=x1", "400 M_INVALID_PARAM"),
        ("dir=b&from=t-1", "400 M_INVALID_PARAM"), ("dir=b&limit=x", "400 M_INVALID_PARAM"),
        ("dir=b&limit=-1", "400 M_INVALID_PARAM"), ("dir=b&filter=x", "400 M_NOT_JSON"),
        ("dir=b&filter=%7B%22types%22:1%7D", "400 M_BAD_JSON"), ("dir=b&from=t999999999", "200"),
        ("dir=f&from=t999999999", "200"), ("dir=b&to=t999999999", "200"), ("dir=b&limit=0", "200"),
    ]) func parameters(_ query: String, outcome: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            #expect(await hanako.get(hanako.path(room, "messages?\(query)")).outcome == outcome)
        }
    }

    @Test func aPageOfFilteredEventsDoesNotEndPagination() async throws {
        try await RouteHarness.withRooms { server, capabilities in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            _ = try await hanako.say("needle", in: room)
            // More than one request looks at.
            try await fill(RoomID(unchecked: room), hanako.user, TimelineScan.maximumScanned + 500, server)
            let query = "dir=b&limit=10" + filter(#"{"types":["m.room.message"]}"#)
            let first = await hanako.get(hanako.path(room, "messages?\(query)"))
            #expect(first["chunk"]?.count == 0)
            #expect(first["end"]?.string != nil)
            let found = await all(hanako, room, query)
            #expect(found.texts == ["needle"])
            #expect(found.pages == 2)
            #expect(
                await all(hanako, room, "dir=f&limit=10" + filter(#"{"types":["m.room.message"]}"#)).texts == ["needle"]
            )
        }
    }

    @Test func aPageOfInvisibleEventsDoesNotEndPagination() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined", kenji)
            _ = try await hanako.say("needle", in: room)
            _ = await kenji.leave(room)
            try await fill(RoomID(unchecked: room), hanako.user, TimelineScan.maximumScanned + 500, server)
            try await hanako.bring(kenji, into: room)
            _ = try await hanako.say("now", in: room)
            let found = await all(kenji, room, "dir=b&limit=10")
            #expect(found.texts == ["now", "needle"])
            #expect(found.pages > 1)
        }
    }

    /// Many events in one go.
    private func fill(_ room: RoomID, _ user: UserID, _ count: Int, _ server: RouteHarness) async throws {
        let drafts = try (0..<count).map { number in
            try EventDraft(
                room: room, type: "mado.noise", sender: user, content: json(#"{"n":\#(number)}"#), timestamp: 0)
        }
        try await server.journal.write { transaction in
            for draft in drafts { try transaction.append(draft, to: room) }
        }
    }

    @Test func filtersAndLazyMembers() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await hanako.createRoom(visibility: "shared", kenji, maria)
            _ = try await hanako.say("a", in: room)
            _ = try await kenji.say("b", in: room)
            let bySender = filter(#"{"senders":["\#(kenji.user)"],"types":["m.room.message"]}"#)
            #expect(await hanako.texts(in: room, "dir=b&limit=10" + bySender) == ["b"])
            let nothing = await hanako.get(hanako.path(room, "messages?dir=b" + filter(#"{"types":[]}"#)))
            #expect(nothing["chunk"]?.count == 0 && nothing["end"] == nil)
            let lazy = await hanako.get(
                hanako.path(room, "messages?dir=b&limit=2" + filter(#"{"lazy_load_members":true}"#)))
            let members = Set(lazy["state"]?.array?.compactMap { $0["state_key"]?.string } ?? [])
            #expect(members == [hanako.user.string, kenji.user.string])
            let eager = await hanako.get(hanako.path(room, "messages?dir=b&limit=2"))
            #expect(eager["state"] == nil)
        }
    }

    @Test func context() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            var events: [String] = []
            for text in ["a", "b", "c", "d", "e"] { events.append(try await hanako.say(text, in: room)) }
            _ = await hanako.setState("m.room.name", #"{"name":"later"}"#, in: room)
            let context = await hanako.get(hanako.path(room, "context/\(events[2])?limit=4"))
            #expect(context["event"]?.string("content", "body") == "c")
            #expect(context.texts("events_before") == ["b", "a"])
            #expect(context.texts("events_after") == ["d", "e"])
            // As it was at the last of the events.
            #expect(!context.types("state").contains("m.room.name"))
            #expect(context.types("state").filter { $0 == "m.room.member" }.count == 2)
            let (start, end) = (try #require(context["start"]?.string), try #require(context["end"]?.string))
            #expect(
                await hanako.texts(in: room, "dir=f&from=\(start)&to=\(end)&limit=100") == ["a", "b", "c", "d", "e"])
            let alone = await hanako.get(hanako.path(room, "context/\(events[2])?limit=0"))
            #expect(alone["events_before"]?.count == 0 && alone["events_after"]?.count == 0)
            let lazy = await hanako.get(
                hanako.path(room, "context/\(events[2])?limit=2" + filter(#"{"lazy_load_members":true}"#)))
            #expect(lazy.types("state").filter { $0 == "m.room.member" }.count == 1)
            #expect(await hanako.get(hanako.path(room, "context/$none")).outcome == "404 M_NOT_FOUND")
            let other = try await hanako.createRoom()
            #expect(await hanako.get(hanako.path(other, "event/\(events[0])")).outcome == "404 M_NOT_FOUND")
        }
    }
}
