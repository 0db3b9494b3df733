import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct RelationTests {
    private func send(
        _ member: TestMember, _ room: String, _ relation: String, type: String = "m.room.message",
        more: String = #","msgtype":"m.text","body":"x""#
    ) async throws -> String {
        let answer = await member.put(
            member.path(room, "send/\(type)/\(RandomBytes.token(8))"), #"{"m.relates_to":{\#(relation)}\#(more)}"#)
        return try #require(answer["event_id"]?.string, "\(answer.text)")
    }

    private func relation(_ type: String, _ parent: String) -> String {
        #""rel_type":"\#(type)","event_id":"\#(parent)""#
    }

    private func path(_ room: String, _ rest: String) -> String { "/_matrix/client/v1/rooms/\(room)/\(rest)" }

    private func ids(_ answer: TestAnswer) -> [String] {
        answer["chunk"]?.array?.compactMap { $0["event_id"]?.string } ?? []
    }

    @Test func childrenAreListedFilteredAndPaged() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let root = try await hanako.say("root", in: room)
            let reaction = try await send(
                hanako, room, relation("m.annotation", root) + #","key":"👍""#, type: "m.reaction", more: "")
            let first = try await send(hanako, room, relation("m.thread", root))
            let second = try await send(hanako, room, relation("m.thread", root))
            let edit = try await send(
                hanako, room, relation("m.replace", second),
                more: #","msgtype":"m.text","body":"* y","m.new_content":{"msgtype":"m.text","body":"y"}"#)
            #expect(ids(await hanako.get(path(room, "relations/\(root)"))) == [second, first, reaction])
            #expect(ids(await hanako.get(path(room, "relations/\(root)?dir=f"))) == [reaction, first, second])
            #expect(ids(await hanako.get(path(room, "relations/\(root)/m.thread"))) == [second, first])
            #expect(ids(await hanako.get(path(room, "relations/\(root)/m.annotation/m.reaction"))) == [reaction])
            #expect(ids(await hanako.get(path(room, "relations/\(root)/m.annotation/m.room.message"))) == [])
            let recursive = await hanako.get(path(room, "relations/\(root)?recurse=true&limit=2"))
            #expect(ids(recursive) == [edit, second])
            #expect(recursive["recursion_depth"]?.int == 3)

            var found: [String] = []
            var from = ""
            for _ in 0..<9 {
                let page = await hanako.get(path(room, "relations/\(root)?limit=1\(from)"))
                found += ids(page)
                guard let next = page["next_batch"]?.string else { break }
                from = "&from=\(next)"
            }
            #expect(found == [second, first, reaction])
        }
    }

    @Test func aggregationsStandInTheEvent() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let root = try await hanako.say("root", in: room)
            _ = try await send(
                kenji, room, relation("m.replace", root), more: #","msgtype":"m.text","body":"*","m.new_content":{}"#)
            let edit = try await send(
                hanako, room, relation("m.replace", root),
                more: #","msgtype":"m.text","body":"* new","m.new_content":{"msgtype":"m.text","body":"new"}"#)
            let reply = try await send(hanako, room, relation("m.thread", root))
            let reference = try await send(hanako, room, relation("m.reference", root))
            for (member, hasWritten) in [(hanako, true), (kenji, false)] {
                let event = await member.get(member.path(room, "event/\(root)"))
                // Nobody edits what others wrote.
                #expect(event.body.string("unsigned", "m.relations", "m.replace", "event_id") == edit)
                let thread = event["unsigned"]?["m.relations"]?["m.thread"]
                #expect(thread?["count"]?.int == 1)
                #expect(thread?["latest_event"]?["event_id"]?.string == reply)
                // Who wrote the first message takes part.
                #expect(thread?["current_user_participated"]?.bool == hasWritten)
                let references = event["unsigned"]?["m.relations"]?["m.reference"]?["chunk"]
                #expect(references?.first?["event_id"]?.string == reference)
            }
            let page = await hanako.get(hanako.path(room, "messages?dir=b&limit=50"))
            let shown = page["chunk"]?.array?.first { $0["event_id"]?.string == root }
            #expect(shown?["unsigned"]?["m.relations"]?["m.thread"] != nil)
            // What was redacted relates to nothing.
            _ = await hanako.put(hanako.path(room, "redact/\(edit)/r1"), "{}")
            let after = await hanako.get(hanako.path(room, "event/\(root)"))
            #expect(after["unsigned"]?["m.relations"]?["m.replace"] == nil)
        }
    }

    /// Each message of the chain begins a thread of which the next one is the only message.
    @Test func aThreadShowsNoThreadOfItsOwn() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let root = try await hanako.say("root", in: room)
            var last = root
            for _ in 0..<5 { last = try await send(hanako, room, relation("m.thread", last)) }
            let event = await hanako.get(hanako.path(room, "event/\(root)"))
            let latest = event["unsigned"]?["m.relations"]?["m.thread"]?["latest_event"]
            #expect(latest?["event_id"]?.string != nil)
            #expect(latest?["unsigned"]?["m.relations"] == nil)
        }
    }

    @Test func threadsComeByTheirNewestMessage() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            var roots: [String] = []
            for number in 0..<3 { roots.append(try await hanako.say("root \(number)", in: room)) }
            for root in [roots[2], roots[0], roots[1]] { _ = try await send(hanako, room, relation("m.thread", root)) }
            _ = try await send(kenji, room, relation("m.thread", roots[2]))
            #expect(ids(await hanako.get(path(room, "threads"))) == [roots[2], roots[1], roots[0]])
            #expect(ids(await kenji.get(path(room, "threads?include=participated"))) == [roots[2]])
            let first = await hanako.get(path(room, "threads?limit=2"))
            #expect(ids(first) == [roots[2], roots[1]])
            let next = try #require(first["next_batch"]?.string)
            let second = await hanako.get(path(room, "threads?limit=2&from=\(next)"))
            #expect(ids(second) == [roots[0]])
            #expect(second["next_batch"] == nil)
            #expect(await hanako.get(path(room, "threads?include=some")).error == "M_INVALID_PARAM")
        }
    }

    /// More threads than one request looks at stand before the one that is wanted.
    @Test func theListOfThreadsGoesOnBehindManyThatAreNotWanted() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let wanted = try await kenji.say("wanted", in: room)
            _ = try await send(hanako, room, relation("m.thread", wanted))
            for number in 0..<41 {
                let root = try await hanako.say("root \(number)", in: room)
                _ = try await send(hanako, room, relation("m.thread", root))
            }
            let first = await kenji.get(path(room, "threads?include=participated&limit=1"))
            #expect(ids(first) == [])
            let next = try #require(first["next_batch"]?.string)
            let second = await kenji.get(path(room, "threads?include=participated&limit=1&from=\(next)"))
            #expect(ids(second) == [wanted])
            #expect(second["next_batch"] == nil)
        }
    }

    @Test func nobodyLearnsOfWhatTheyMayNotSee() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            let root = try await hanako.say("before", in: room)
            _ = try await send(hanako, room, relation("m.thread", root))
            #expect(await kenji.get(path(room, "relations/\(root)")).status == 403)
            #expect(await kenji.get(path(room, "threads")).status == 403)
            try await hanako.bring(kenji, into: room)
            #expect(await kenji.get(path(room, "relations/\(root)")).status == 404)
            #expect(ids(await kenji.get(path(room, "threads"))) == [])
        }
    }

    @Test func theEventOfATimeIsOneThatIsSeen() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            let start = server.clock.now
            server.clock.advance(by: .seconds(10))
            let hidden = try await hanako.say("one", in: room)
            server.clock.advance(by: .seconds(10))
            try await hanako.bring(kenji, into: room)
            server.clock.advance(by: .seconds(10))
            let last = try await hanako.say("two", in: room)
            let at = { (time: Int64, dir: String) in path(room, "timestamp_to_event?ts=\(time)&dir=\(dir)") }
            #expect(await hanako.get(at(start + 5_000, "f"))["event_id"]?.string == hidden)
            #expect(await hanako.get(at(start + 15_000, "b"))["event_id"]?.string == hidden)
            // What came before the visibility was set is shared.
            #expect(await kenji.get(at(start + 15_000, "b"))["origin_server_ts"]?.int == start)
            #expect(await kenji.get(at(start + 25_000, "f"))["event_id"]?.string == last)
            #expect(await hanako.get(at(start + 99_000, "f")).status == 404)
            #expect(await hanako.get(path(room, "timestamp_to_event?dir=f")).error == "M_MISSING_PARAM")
        }
    }
}
