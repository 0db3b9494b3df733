import JSON
import MatrixAPI
import Testing

@testable import Server

/// Which rooms are in sight: lists, their filters and ranges, and subscriptions.
@Suite struct SlidingWindowTests {
    @Test(arguments: SlidingDialect.allCases) func theNewestAreInRange(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            var rooms: [RoomID] = []
            for number in 0..<5 {
                rooms.append(try await server.room(hanako))
                await hanako.say("\(number)", in: rooms[number])
            }
            func names(_ numbers: Int...) -> Set<String> { Set(numbers.map { rooms[$0].string }) }
            var client = SlidingClient(hanako, dialect)
            client.see(0...1, timeline: 1)
            let first = await client.sync()
            #expect(first.newsRooms == names(3, 4))
            #expect(first.count() == 5)
            client.see(0...3, timeline: 1)
            #expect(await client.sync().newsRooms == names(1, 2), "those that were told of are known")
            client.see(0...1, timeline: 1)
            #expect(await client.sync().newsRooms == [])

            // What is said out of range brings its room into it, and what the client has of it is known.
            await hanako.say("again", in: rooms[1])
            let bumped = await client.sync()
            #expect(bumped.newsRooms == names(1))
            #expect(bumped.newTexts(rooms[1]) == ["again"])
            #expect(bumped.news(rooms[1])?["initial"] == nil)
            await hanako.say("first", in: rooms[0])
            let entered = await client.sync()
            #expect(entered.newTexts(rooms[0]) == ["first"])
            #expect(entered.news(rooms[0])?["initial"]?.bool == true)
            #expect(entered.news(rooms[0])?["num_live"]?.int == 1)

            // What was said while the room was out of range comes when it is in range again.
            for text in ["a", "b", "c"] { await hanako.say(text, in: rooms[2]) }
            for number in [3, 4] { await hanako.say("in front", in: rooms[number]) }
            #expect(await client.sync().newsRooms == names(3, 4))
            client.see(0...4, timeline: 2)
            let all = await client.sync()
            #expect(all.newTexts(rooms[2]) == ["b", "c"])
            #expect(all.news(rooms[2])?["limited"]?.bool == true)
            #expect(all.news(rooms[2])?["initial"] == nil)
        }
    }

    @Test(arguments: SlidingDialect.allCases) func filters(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let plain = try await server.room(hanako)
            let encrypted = try await server.room(hanako)
            await hanako.makeEncrypted(encrypted)
            let space = RoomID(
                unchecked: try await hanako.createRoom(#"{"creation_content":{"type":"m.space"}}"#))
            let direct = try await server.room(hanako)
            let invitation = RoomID(unchecked: try await kenji.createRoom())
            _ = await kenji.invite(hanako, to: invitation.string)
            let account = "/_matrix/client/v3/user/\(hanako.user)"
            _ = await hanako.put("\(account)/account_data/m.direct", #"{"\#(kenji.user)":["\#(direct)"]}"#)
            _ = await hanako.put("\(account)/rooms/\(plain)/tags/m.favourite")
            _ = await hanako.setState("m.space.child", #"{"via":["mado.test"]}"#, key: plain.string, in: space.string)
            _ = await hanako.setState("m.space.child", "{}", key: encrypted.string, in: space.string)
            let invited = dialect == .stable ? "is_invited" : "is_invite"
            let expected: [(String, [RoomID])] = [
                (#"{}"#, [plain, encrypted, space, direct, invitation]),
                (#"{"is_dm":true}"#, [direct]),
                (#"{"is_dm":false,"\#(invited)":false}"#, [plain, encrypted, space]),
                (#"{"is_encrypted":true}"#, [encrypted]),
                (#"{"\#(invited)":true}"#, [invitation]),
                (#"{"room_types":["m.space"]}"#, [space]),
                (#"{"room_types":[null]}"#, [plain, encrypted, direct, invitation]),
                (#"{"not_room_types":["m.space"]}"#, [plain, encrypted, direct, invitation]),
                (#"{"room_types":["m.space"],"not_room_types":["m.space"]}"#, []),
                (#"{"tags":["m.favourite","m.other"]}"#, [plain]),
                (#"{"not_tags":["m.favourite"],"is_encrypted":false}"#, [space, direct, invitation]),
                (#"{"tags":["m.favourite"],"not_tags":["m.favourite"]}"#, []),
                (#"{"spaces":["\#(space)"]}"#, [plain]),
                (#"{"spaces":["\#(invitation)"]}"#, []),
            ]
            for (filter, rooms) in expected {
                var client = SlidingClient(hanako, dialect)
                client.see(0...19, timeline: 0, filters: filter)
                let answer = await client.sync()
                #expect(answer.newsRooms == Set(rooms.map(\.string)), "\(filter)")
                #expect(answer.count() == Int64(rooms.count), "\(filter)")
            }
        }
    }

    /// What rooms are filtered by changes while the client waits.
    @Test func filtersFollowTheAccountData() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            let account = "/_matrix/client/v3/user/\(hanako.user)"
            var direct = SlidingClient(hanako, .stable)
            direct.see(0...19, filters: #"{"is_dm":true}"#)
            var tagged = SlidingClient(hanako, .stable)
            tagged.name = "tagged"
            tagged.see(0...19, filters: #"{"tags":["u.work"]}"#)
            for count in [await direct.sync().count(), await tagged.sync().count()] { #expect(count == 0) }
            let waiting = (direct.poll(), tagged.poll())
            _ = await hanako.put("\(account)/account_data/m.direct", #"{"@x:y":["\#(room)"]}"#)
            let answer = await waiting.0.whole()
            direct.take(answer)
            #expect(answer.news(room)?["is_dm"]?.bool == true)
            _ = await hanako.put("\(account)/rooms/\(room)/tags/u.work", "{}")
            #expect(await waiting.1.whole().newsRooms == [room.string])
            _ = await hanako.put("\(account)/account_data/m.direct", "{}")
            #expect(await direct.sync().count() == 0)

            var all = SlidingClient(hanako, .stable)
            all.name = "all"
            all.see(0...19)
            await all.sync()
            _ = await hanako.put("\(account)/account_data/m.direct", #"{"@x:y":["\#(room)"]}"#)
            await all.sync()
            #expect(all.rooms[room]?.isDirect == true)
            _ = await hanako.put("\(account)/account_data/m.direct", "{}")
            await all.sync()
            #expect(all.rooms[room]?.isDirect == false)
        }
    }

    @Test(arguments: SlidingDialect.allCases) func subscriptions(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (old, new) = (try await server.room(hanako), try await server.room(hanako))
            let strange = try await server.room(kenji)
            for number in 1...4 { await hanako.say("\(number)", in: old) }
            await hanako.say("newer", in: new)
            var client = SlidingClient(hanako, dialect)
            client.see(0...0, timeline: 1)
            client.subscribe(to: old, strange, RoomID(unchecked: "!no:where"), timeline: 3)
            let first = await client.sync()
            #expect(first.newsRooms == [old.string, new.string])
            #expect(first.newTexts(old) == ["2", "3", "4"])
            #expect(first.news(old)?["lists"] == nil)
            let waiting = client.poll()
            await hanako.say("5", in: old)
            client.take(await waiting.whole())
            #expect(client.rooms[old]?.timeline.count == 4)
            // In list and subscription at once: the greater of both limits counts.
            client.subscriptions = ""
            for number in 6...9 { await hanako.say("\(number)", in: old) }
            client.subscribe(to: old, timeline: 3)
            #expect(await client.sync().newTexts(old) == ["7", "8", "9"])
        }
    }

    @Test(arguments: SlidingDialect.allCases) func aLongerTimelineIsGivenAtOnce(_ dialect: SlidingDialect) async throws
    {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            for number in 1...5 { await hanako.say("\(number)", in: room) }
            let expanded = dialect == .stable ? "expanded_timeline" : "unstable_expanded_timeline"
            var client = SlidingClient(hanako, dialect)
            client.see(0...9, timeline: 1)
            #expect(await client.sync().newTexts(room) == ["5"])
            client.subscribe(to: room, timeline: 3)
            let waiting = client.poll()
            let longer = await waiting.whole()
            client.take(longer)
            #expect(longer.newTexts(room) == ["3", "4", "5"])
            #expect(longer.news(room)?[expanded]?.bool == true)
            #expect(longer.news(room)?["num_live"]?.int == 0)
            // Less and more again: the client has it.
            client.subscriptions = ""
            #expect(await client.sync().newsRooms == [])
            client.subscribe(to: room, timeline: 3)
            #expect(await client.sync().newsRooms == [])
            await hanako.say("6", in: room)
            client.subscribe(to: room, timeline: 4)
            let known = await client.sync()
            #expect(known.newTexts(room) == ["6"], "with this one the client has four")
            #expect(known.news(room)?[expanded] == nil)
            await hanako.say("7", in: room)
            client.subscribe(to: room, timeline: 100)
            let all = await client.sync()
            #expect(all.newTexts(room) == ["1", "2", "3", "4", "5", "6", "7"])
            #expect(all.news(room)?["num_live"]?.int == 1)
            #expect(all.news(room)?["limited"]?.bool == false)
            #expect(all.news(room)?[expanded]?.bool == true)
        }
    }

    @Test(arguments: SlidingDialect.allCases) func moreStateIsGivenAtOnce(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            _ = await hanako.setState("m.room.topic", #"{"topic":"Tea"}"#, in: room.string)
            var client = SlidingClient(hanako, dialect)
            client.see(0...9, state: [("m.room.create", "")])
            #expect(await client.sync().newState(room) == ["m.room.create "])
            client.see(0...9, state: [("m.room.create", ""), ("m.room.topic", "")])
            let more = await client.poll().whole()
            client.take(more)
            #expect(more.newState(room) == ["m.room.topic "])
            #expect(more.news(room)?["initial"] == nil)
            _ = await hanako.setState("m.room.topic", #"{"topic":"Cake"}"#, in: room.string)
            #expect(await client.sync().newState(room) == ["m.room.topic "])
            client.see(0...9, state: [("m.room.create", "")])
            await client.sync()
            _ = await hanako.setState("m.room.topic", #"{"topic":"Soup"}"#, in: room.string)
            #expect(await client.sync().newState(room) == [])
            client.see(0...9, state: [("*", "*")])
            #expect(await client.sync().newState(room).contains("m.room.topic "))
            #expect(client.rooms[room]?.state["m.room.topic "]?["content"]?["topic"]?.string == "Soup")
        }
    }

    @Test func bumpStampsFollowWhatIsSaid() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let (one, two) = (try await server.room(hanako), try await server.room(hanako))
            var client = SlidingClient(hanako, .stable)
            client.see(0...9, timeline: 1)
            await client.sync()
            func stamp(_ room: RoomID) -> Int64 { client.rooms[room]?.bumpStamp ?? 0 }
            #expect(0 < stamp(one) && stamp(one) < stamp(two))
            await hanako.say("here", in: one)
            await client.sync()
            #expect(stamp(one) > stamp(two))
            let before = stamp(two)
            _ = await hanako.setState("m.room.topic", #"{"topic":"Tea"}"#, in: two.string)
            let changed = await client.sync()
            #expect(changed.newsRooms == [two.string])
            #expect(changed.news(two)?["bump_stamp"] == nil)
            #expect(stamp(two) == before)
        }
    }
}
