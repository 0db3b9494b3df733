import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// What a filter leaves out, and that nothing else gets lost by it.
@Suite struct SyncFilterTests {
    private func filter(_ json: String) -> String { "&filter=\(json.urlEncoded)" }

    private func types(_ answer: TestAnswer, _ room: RoomID, _ part: String) -> [String] {
        answer.events(room, part).compactMap { $0["type"]?.string }
    }

    @Test func byRoom() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let (one, two) = (try await server.room(kenji), try await server.room(kenji))
            let only = await kenji.sync(with: filter(#"{"room":{"rooms":["\#(one)"]}}"#))
            #expect(only.room(one) != nil && only.room(two) == nil)
            let without = await kenji.sync(with: filter(#"{"room":{"not_rooms":["\#(one)"]}}"#))
            #expect(without.room(one) == nil && without.room(two) != nil)
            let none = await kenji.sync(with: filter(#"{"room":{"rooms":[]}}"#))
            #expect(none["rooms"] == nil)
        }
    }

    /// The parts of a room have rooms of their own in the filter.
    @Test func byRoomInEachPart() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (one, two) = (try await server.room(kenji, hanako), try await server.room(kenji, hanako))
            for room in [one, two] {
                let event = await hanako.say("hello", in: room)
                _ = await kenji.post("/_matrix/client/v3/rooms/\(room)/receipt/m.read/\(event)")
                _ = await kenji.put(
                    "/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/account_data/org.example", "{}")
            }
            for (part, name) in [
                ("timeline", "timeline"), ("state", "state"), ("ephemeral", "ephemeral"),
                ("account_data", "account_data"),
            ] {
                // So that there is state before the timeline.
                let limit = part == "timeline" ? "" : #""timeline":{"limit":1},"#
                let answer = await kenji.sync(
                    with: filter(#"{"room":{\#(limit)"\#(part)":{"not_rooms":["\#(one)"]}}}"#))
                #expect(answer.room(one) != nil)
                #expect(answer.events(one, name).isEmpty, "\(part)")
                #expect(!answer.events(two, name).isEmpty, "\(part)")
            }
        }
    }

    @Test(arguments: [false, true]) func stateThatTheTimelineLeavesOutIsGivenAsState(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            await hanako.say("before", in: room)
            for name in ["first", "second"] {
                _ = await hanako.setState("m.room.name", #"{"name":"\#(name)"}"#, in: room.string)
            }
            await hanako.say("after", in: room)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let answer = await kenji.sync(
                since: token, with: filter(#"{"room":{"timeline":{"types":["m.room.message"]}}}"#))
            #expect(answer.texts(room) == ["before", "after"])
            #expect(answer.room(room)?["timeline"]?["limited"]?.bool == false)
            #expect(answer.events(room, "state").compactMap { $0["content"]?["name"]?.string } == ["second"])
            let first = await kenji.sync(with: filter(#"{"room":{"timeline":{"types":["m.room.message"]}}}"#))
            #expect(first.events(room, "state").compactMap { $0["content"]?["name"]?.string } == ["second"])
            let nothing = await kenji.sync(since: token, with: filter(#"{"room":{"timeline":{"types":[]}}}"#))
            #expect(nothing.events(room, "timeline").isEmpty)
            #expect(nothing.events(room, "state").compactMap { $0["content"]?["name"]?.string } == ["second"])
        }
    }

    @Test func bySenderAndByLink() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            await hanako.say("hers", in: room)
            await kenji.say("his", in: room)
            _ = await hanako.put(
                "/_matrix/client/v3/rooms/\(room)/send/m.room.message/f",
                #"{"msgtype":"m.file","body":"file","url":"mxc://mado.test/a"}"#)
            func texts(_ timeline: String) async -> [String] {
                await kenji.sync(since: token, with: filter(#"{"room":{"timeline":{\#(timeline)}}}"#)).texts(room)
            }
            #expect(await texts(#""senders":["\#(kenji.user)"]"#) == ["his"])
            #expect(await texts(#""not_senders":["\#(kenji.user)"]"#) == ["hers", "file"])
            #expect(await texts(#""contains_url":true"#) == ["file"])
            #expect(await texts(#""limit":1"#) == ["file"])
            #expect(await texts(#""limit":0"#) == [])
        }
    }

    @Test func onlyTheFieldsThatAreWanted() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            await kenji.say("hello", in: room)
            let answer = await kenji.sync(with: filter(#"{"event_fields":["type","content.body"]}"#))
            let message = try #require(answer.events(room, "timeline").last)
            #expect(Set(message.object?.map(\.key) ?? []) == ["type", "content"])
            #expect(message["content"]?.object?.map(\.key) == ["body"])
            let whole = await kenji.sync(with: filter(#"{"event_fields":["type"],"room":{"timeline":{"limit":1}}}"#))
            for event in whole.events(room, "state") { #expect(event.object?.map(\.key) == ["type"]) }
        }
    }

    @Test func fullStateAndLeftRooms() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (stayed, left) = (try await server.room(hanako, kenji), try await server.room(hanako, kenji))
            _ = await kenji.leave(left.string)
            let token = await kenji.firstToken()
            let full = await kenji.sync(since: token, with: "&full_state=true")
            #expect(types(full, stayed, "state").contains("m.room.create"))
            #expect(full.events(stayed, "timeline").isEmpty, "the timeline begins where the client is")
            #expect(full.room(left, "leave") == nil)
            let both = filter(#"{"room":{"include_leave":true}}"#)
            #expect(await kenji.sync(since: token, with: both).room(left, "leave") == nil)
            let all = await kenji.sync(since: token, with: both + "&full_state=true")
            #expect(all.room(left, "leave") != nil)
            #expect(await kenji.sync(with: both).room(left, "leave") != nil)
            #expect(await kenji.sync().room(left, "leave") == nil)
        }
    }

    @Test(arguments: [false, true]) func theStateOfALeftRoomIsFilteredToo(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            _ = await hanako.setState("m.room.topic", #"{"topic":"Ships"}"#, in: room.string)
            for number in 1...3 { await hanako.say("m\(number)", in: room) }
            _ = await kenji.leave(room.string)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let some = filter(#"{"room":{"timeline":{"limit":2},"state":{"types":["m.room.topic"]}}}"#)
            let answer = await kenji.sync(since: token, with: some)
            #expect(answer.events(room, "state", "leave").compactMap { $0["type"]?.string } == ["m.room.topic"])
        }
    }
}
