import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct SyncTests {
    @Test func firstSyncHasStateAndTimeline() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            for number in 1...15 { await hanako.say("m\(number)", in: room) }
            let answer = await kenji.sync()
            #expect(answer.texts(room) == (6...15).map { "m\($0)" })
            #expect(answer.room(room)?["timeline"]?["limited"]?.bool == true)
            let state = answer.events(room, "state")
            let types = Set(state.compactMap { $0["type"]?.string })
            #expect(types.contains("m.room.create") && types.contains("m.room.power_levels"))
            #expect(state.filter { $0["type"]?.string == "m.room.member" }.count == 2)
            #expect(answer.room(room)?["summary"]?["m.joined_member_count"]?.int == 2)
            #expect(answer.room(room)?["summary"]?["m.heroes"]?.array?.compactMap(\.string) == [hanako.user.string])
            let batch = try #require(answer.room(room)?["timeline"]?["prev_batch"]?.string)
            let page = await kenji.get("/_matrix/client/v3/rooms/\(room)/messages?dir=b&limit=3&from=\(batch)")
            let texts = page["chunk"]?.array?.compactMap { $0["content"]?["body"]?.string }
            #expect(texts == ["m5", "m4", "m3"], "history goes on where the timeline begins")
        }
    }

    @Test func laterSyncHasOnlyWhatIsNew() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let other = try await server.room(kenji)
            let first = await kenji.sync()
            await hanako.say("news", in: room)
            let second = await kenji.sync(since: first.token)
            #expect(second.texts(room) == ["news"])
            #expect(second.room(other) == nil)
            #expect(second.events(room, "state").isEmpty)
            let third = await kenji.sync(since: second.token)
            #expect(third["rooms"] == nil)
        }
    }

    /// The same answer from memory and from the store.
    @Test func memoryAndStoreAgree() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            for number in 1...14 { await hanako.say("m\(number)", in: room) }
            _ = await hanako.put("/_matrix/client/v3/rooms/\(room)/state/m.room.name/", #"{"name":"Quay"}"#)
            for number in 15...30 { await hanako.say("m\(number)", in: room) }
            _ = await kenji.put("/_matrix/client/v3/user/\(kenji.user)/account_data/org.example", #"{"a":1}"#)
            let inMemory = await kenji.sync(since: token)
            server.journal.log.forgetAll(before: server.journal.position)
            let fromStore = await kenji.sync(since: token)
            #expect(inMemory.text == fromStore.text)
            #expect(inMemory.texts(room).count == 10)
            let state = inMemory.events(room, "state").compactMap { $0["type"]?.string }
            #expect(state == ["m.room.name"], "the state that changed in the gap")
        }
    }

    /// Who was away for long is told of what happened, and rooms where nothing did are not even looked at.
    @Test func theStoreReadsOnlyRoomsWithNews() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (spoken, read, named, quiet) = (
                try await server.room(hanako, kenji), try await server.room(hanako, kenji),
                try await server.room(hanako, kenji), try await server.room(hanako, kenji)
            )
            let event = await hanako.say("before", in: read)
            let token = await kenji.firstToken()
            await hanako.say("hello", in: spoken)
            _ = await hanako.post("/_matrix/client/v3/rooms/\(read)/receipt/m.read/\(event)", "{}")
            _ = await kenji.put(
                "/_matrix/client/v3/user/\(kenji.user)/rooms/\(named)/account_data/org.example", #"{"a":1}"#)
            let position = server.journal.position
            server.journal.log.forgetAll(before: position)
            for room in [spoken, read, named, quiet] { server.journal.rooms.invalidate(room, at: position) }
            let answer = await kenji.sync(since: token)
            #expect(answer.texts(spoken) == ["hello"])
            #expect(answer.events(read, "ephemeral").count == 1)
            #expect(answer.events(named, "account_data").count == 1)
            #expect(answer.room(quiet) == nil)
            #expect(server.journal.rooms.value(spoken) != nil)
            #expect(server.journal.rooms.value(quiet) == nil, "it was read for nothing")
        }
    }

    @Test func waitingPollIsAnsweredByAMessage() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            let poll = kenji.poll(since: token)
            #expect(await poll.hasBegun() == false)
            await hanako.say("are you there?", in: room)
            #expect(await poll.whole().texts(room) == ["are you there?"])
        }
    }

    @Test func waitingPollIsNotAnsweredByWhatIsOthers() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let shared = try await server.room(hanako, kenji)
            let apart = try await server.room(hanako, ana)
            let token = await kenji.firstToken()
            let poll = kenji.poll(since: token)
            await hanako.say("not for kenji", in: apart)
            await hanako.say("for kenji", in: shared)
            let answer = await poll.whole()
            #expect(answer.room(apart) == nil)
            #expect(answer.texts(shared) == ["for kenji"])
        }
    }

    @Test func waitingPollEndsAfterItsTime() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            _ = await kenji.sync()
            // Presence of oneself comes first.
            let token = await kenji.sync(since: await kenji.firstToken()).token
            let poll = kenji.poll(since: token)
            #expect(await poll.hasBegun() == false)
            let answer = await poll.received(advancing: server, by: .seconds(31)) { $0.status != 0 }
            #expect(answer.status == 200)
            #expect(answer["rooms"] == nil)
            #expect(!answer.token.isEmpty)
        }
    }

    @Test func logoutEndsWaiting() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let token = await kenji.firstToken()
            let poll = kenji.poll(since: token)
            let stream = server.begin(.get, "/_mado/v1/sync/stream?since=\(token)", token: kenji.token)
            #expect(await kenji.post("/_matrix/client/v3/logout").status == 200)
            // Whether they waited already or came to wait just after: neither goes on.
            _ = await poll.whole()
            _ = await stream.whole()
            #expect(await kenji.sync(since: token).error == "M_UNKNOWN_TOKEN")
        }
    }

    /// Clients may go away before their request has come to its waiting.
    @Test func nobodyWaitsForClientsThatLeft() async throws {
        let capabilities = SyncHarness.Capabilities()
        try await RouteHarness.run(adding: { SyncHarness.add(to: $0, &$1, capabilities: capabilities) }) { server in
            let kenji = try await server.member("kenji")
            let token = await kenji.firstToken()
            for _ in 0..<20 {
                server.begin(.get, "/_mado/v1/sync/stream?since=\(token)", token: kenji.token).disconnect()
                kenji.poll(since: token).disconnect()
            }
            _ = await kenji.sync()
            #expect(capabilities.notifier?.waitingCount == 0)
        }
    }

    /// A client that is dropped at what its stream writes of itself: nothing of the stream is left.
    @Test func aStreamIsDroppedAtItsHeartbeat() async throws {
        let capabilities = SyncHarness.Capabilities()
        try await RouteHarness.run(adding: { SyncHarness.add(to: $0, &$1, capabilities: capabilities) }) { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let path = "/_mado/v1/sync/stream?since=\(await kenji.firstToken())"
            let dropped = server.begin(.get, path, token: kenji.token)
            dropped.stream.drop(at: Array(":\n\n".utf8))
            let last = await dropped.received(advancing: server, by: .seconds(16)) { _ in false }
            #expect(last.text.hasSuffix(":\n\n"))
            #expect(capabilities.notifier?.waitingCount == 0)
            // Time goes on, and so do others.
            let other = server.begin(.get, path, token: kenji.token)
            _ = await other.received(advancing: server, by: .seconds(16)) { $0.text.contains(":\n\n") }
            await hanako.say("still here", in: room)
            _ = await other.containing("still here")
            #expect(capabilities.notifier?.waitingCount == 1)
            #expect(await dropped.whole().text == last.text)
            other.disconnect()
        }
    }

    @Test func chatRequestAcceptanceAndRefusal() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let token = await kenji.firstToken()
            let poll = kenji.poll(since: token)
            let created = await hanako.post(
                "/_matrix/client/v3/createRoom",
                #"{"is_direct":true,"preset":"trusted_private_chat","invite":["\#(kenji.user)"],"name":"A question"}"#)
            let room = RoomID(unchecked: try #require(created["room_id"]?.string))
            let request = await poll.whole()
            let stripped = request.events(room, "invite_state", "invite")
            let name = stripped.first { $0["type"]?.string == "m.room.name" }
            #expect(name?["content"]?["name"]?.string == "A question")
            let own = try #require(stripped.first { $0["state_key"]?.string == kenji.user.string })
            #expect(own["content"]?["is_direct"]?.bool == true)
            #expect(own["sender"]?.string == hanako.user.string)
            #expect(request.room(room) == nil, "nothing of the room but what an invite tells")

            let hers = await hanako.firstToken()
            let waiting = hanako.poll(since: hers)
            #expect(await kenji.post("/_matrix/client/v3/rooms/\(room)/join").status == 200)
            let accepted = await waiting.whole()
            let acceptance = accepted.events(room, "timeline").first { $0["state_key"]?.string == kenji.user.string }
            #expect(acceptance?["content"]?["membership"]?.string == "join")
            let joined = await kenji.sync(since: request.token)
            let all = joined.events(room, "state") + joined.events(room, "timeline")
            #expect(all.filter { $0["type"]?.string == "m.room.create" }.count == 1)

            #expect(await kenji.post("/_matrix/client/v3/rooms/\(room)/leave").status == 200)
            let left = await kenji.sync(since: joined.token)
            #expect(left.room(room, "leave") != nil)
            await hanako.say("alone", in: room)
            let after = await kenji.sync(since: left.token)
            #expect(after["rooms"] == nil, "nothing of what happens after leaving")
        }
    }

    @Test func ownTransactionIsShownToItsDeviceOnly() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let phone = try await server.logIn("hanako")
            let room = try await server.room(hanako)
            let tokens = (await hanako.firstToken(), await phone.firstToken())
            await hanako.say("mine", in: room, transaction: "abc")
            let desk = await hanako.sync(since: tokens.0).events(room, "timeline").last
            #expect(desk?["unsigned"]?["transaction_id"]?.string == "abc")
            let other = await phone.sync(since: tokens.1).events(room, "timeline").last
            #expect(other?["unsigned"]?["transaction_id"] == nil)
            #expect(other?["content"]?["body"]?.string == "mine")
        }
    }

    @Test func unreadCountsAndReceipts() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            await hanako.say("one", in: room)
            let last = await hanako.say("two", in: room)
            let unread = await kenji.sync(since: token)
            #expect(unread.room(room)?["unread_notifications"]?["notification_count"]?.int == 2)
            let hers = await hanako.firstToken()
            let watching = hanako.poll(since: hers)
            _ = await kenji.post("/_matrix/client/v3/rooms/\(room)/receipt/m.read/\(last)")
            let read = await kenji.sync(since: unread.token)
            #expect(read.room(room)?["unread_notifications"]?["notification_count"]?.int == 0)
            let receipt = await watching.whole().events(room, "ephemeral").first
            #expect(receipt?["content"]?[last]?["m.read"]?[kenji.user.string] != nil)
        }
    }

    @Test func privateReceiptsStayPrivate() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let event = await hanako.say("one", in: room)
            let (hers, his) = (await hanako.firstToken(), await kenji.firstToken())
            _ = await kenji.post("/_matrix/client/v3/rooms/\(room)/receipt/m.read.private/\(event)")
            #expect(await hanako.sync(since: hers).room(room) == nil)
            #expect(await kenji.sync(since: his).events(room, "ephemeral").count == 1)
            #expect(await hanako.sync().events(room, "ephemeral").isEmpty)
        }
    }

    @Test func typingComesAndGoes() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let hers = await hanako.firstToken()
            let poll = hanako.poll(since: hers)
            _ = await kenji.put(
                "/_matrix/client/v3/rooms/\(room)/typing/\(kenji.user)", #"{"typing":true,"timeout":10000}"#)
            let answer = await poll.whole()
            let users = answer.events(room, "ephemeral").first?["content"]?["user_ids"]?.array?.compactMap(\.string)
            #expect(users == [kenji.user.string])
            let next = hanako.poll(since: answer.token)
            let over = await next.received(advancing: server, by: .seconds(11)) { $0.status != 0 }
            #expect(over.events(room, "ephemeral").first?["content"]?["user_ids"]?.count == 0)
        }
    }

    @Test func messagesToDevicesComeOnceAndInOrder() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let token = await kenji.firstToken()
            for number in 1...250 {
                _ = await hanako.put(
                    "/_matrix/client/v3/sendToDevice/m.test/\(number)",
                    #"{"messages":{"\#(kenji.user)":{"*":{"n":\#(number)}}}}"#)
            }
            _ = await hanako.put(
                "/_matrix/client/v3/sendToDevice/m.test/250", #"{"messages":{"\#(kenji.user)":{"*":{"n":250}}}}"#)
            var numbers: [Int64] = []
            var since = token
            for _ in 0..<4 {
                let answer = await kenji.sync(since: since)
                let again = await kenji.sync(since: since)
                #expect(
                    answer["to_device"]?["events"]?.count == again["to_device"]?["events"]?.count,
                    "kept until acknowledged")
                numbers += answer["to_device"]?["events"]?.array?.compactMap { $0["content"]?["n"]?.int } ?? []
                since = answer.token
            }
            #expect(numbers == Array(1...250))
            #expect(await kenji.sync(since: since)["to_device"] == nil)
            try await server.journal.write { _ in }
            let left = try await server.store.read {
                try $0.toDeviceMessages(for: kenji.user, device: kenji.device, after: 0, through: .max, limit: 10).count
            }
            #expect(left == 0, "what was acknowledged is deleted")
        }
    }

    @Test func lazyMembersAreOnlyThoseNeeded() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let room = try await server.room(hanako, kenji, ana)
            for number in 1...12 { await kenji.say("m\(number)", in: room) }
            let filter = "&filter=" + #"{"room":{"state":{"lazy_load_members":true}}}"#.urlEncoded
            func members() async -> Set<String> {
                let state = await ana.sync(with: filter).events(room, "state")
                return Set(
                    state.filter { $0["type"]?.string == "m.room.member" }.compactMap { $0["state_key"]?.string })
            }
            #expect(await members() == [hanako.user.string, kenji.user.string, ana.user.string], "heroes too")
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            for number in 1...12 { await kenji.say("n\(number)", in: room) }
            #expect(await members() == [kenji.user.string, ana.user.string])
        }
    }

    @Test func streamSendsTheSame() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            let stream = server.begin(.get, "/_mado/v1/sync/stream?since=\(token)", token: kenji.token)
            await hanako.say("over the stream", in: room)
            let text = await stream.containing("over the stream").text
            #expect(text.contains("event: sync\nid: s"))
            _ = await stream.received(advancing: server, by: .seconds(16)) { $0.text.contains("\n\n:\n\n") }
            stream.disconnect()
        }
    }

    @Test(arguments: [
        "since=nonsense", "timeout=soon", "full_state=maybe", "set_presence=asleep", "filter=77", "filter=%7B",
    ])
    func refusesWrongParameters(_ query: String) async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let answer = await kenji.get("/_matrix/client/v3/sync?\(query)")
            #expect(answer.status == 400)
            #expect(answer.error != nil)
        }
    }
}
