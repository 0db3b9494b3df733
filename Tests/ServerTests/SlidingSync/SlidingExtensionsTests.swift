import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct SlidingExtensionsTests {
    private func client(_ member: TestMember, _ dialect: SlidingDialect = .stable, _ wanted: String...) -> SlidingClient
    {
        var client = SlidingClient(member, dialect)
        client.see(0...9)
        client.extend(Dictionary(uniqueKeysWithValues: wanted.map { ($0, "") }))
        return client
    }

    // MARK: Messages to devices

    private func send(_ sender: TestMember, _ number: Int, to receiver: TestMember) async {
        let answer = await sender.put(
            "/_matrix/client/v3/sendToDevice/m.test/\(number)",
            #"{"messages":{"\#(receiver.user)":{"*":{"n":\#(number)}}}}"#)
        #expect(answer.status == 200)
    }

    private func numbers(_ answer: TestAnswer, _ key: String = "to_device") -> [Int64] {
        answer.ext(key)?["events"]?.array?.compactMap { $0["content"]?["n"]?.int } ?? []
    }

    @Test(arguments: SlidingDialect.allCases) func messagesHaveATokenOfTheirOwn(_ dialect: SlidingDialect) async throws
    {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            for number in 1...3 { await send(hanako, number, to: kenji) }
            var client = self.client(kenji, dialect)
            func ask(_ more: String) { client.extend(["to_device": more]) }
            ask(#","limit":2"#)
            var answer = await client.sync()
            #expect(numbers(answer) == [1, 2])
            let first = answer.ext("to_device")?["next_batch"]?.string ?? ""
            #expect(numbers(await client.sync()) == [1, 2], "not acknowledged")
            ask(#","since":"\#(first)""#)
            answer = await client.poll().whole()
            client.take(answer)
            #expect(numbers(answer) == [3])
            let second = answer.ext("to_device")?["next_batch"]?.string ?? ""
            ask(#","since":"\#(second)""#)
            answer = await client.sync()
            #expect(numbers(answer) == [])
            #expect(answer.ext("to_device")?["next_batch"]?.string != nil)
            // The connection is gone, the messages' token is not.
            client.position = nil
            let waiting = client.begin(at: nil)
            #expect(numbers(await waiting.whole()) == [])
            client.take(await client.begin(at: nil).whole())
            let poll = client.poll()
            await send(hanako, 4, to: kenji)
            #expect(numbers(await poll.whole()) == [4])
            // What was acknowledged is deleted, also for those who ask with nothing.
            ask("")
            client.position = nil
            #expect(numbers(await client.sync()) == [4])
            #expect(await kenji.sync()["to_device"]?["events"]?.count == 1)
        }
    }

    @Test func aTokenOfTheFutureIsNone() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            await send(hanako, 1, to: kenji)
            var client = self.client(kenji)
            client.extend(["to_device": #","since":"99999""#])
            #expect(numbers(await client.sync()) == [1])
        }
    }

    // MARK: Encryption

    @Test(arguments: SlidingDialect.allCases) func keysAndDeviceLists(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            await hanako.makeEncrypted(room)
            let key = SigningKey(1)
            try await kenji.uploadDeviceKeys(key)
            var client = self.client(kenji, dialect, "e2ee")
            client.lists = ""
            let first = await client.sync()
            #expect(first.ext("e2ee")?["device_one_time_keys_count"]?["signed_curve25519"]?.int == 0)
            #expect(first.ext("e2ee")?["device_unused_fallback_key_types"]?.array?.isEmpty == true)
            #expect(first.ext("e2ee")?["device_lists"] == nil)
            let waiting = client.poll()
            try await hanako.uploadDeviceKeys(SigningKey(2))
            let changed = await waiting.whole()
            client.take(changed)
            let users = changed.ext("e2ee")?["device_lists"]?["changed"]?.array?.compactMap(\.string)
            #expect(users == [hanako.user.string])
            #expect(await client.sync().ext("e2ee")?["device_lists"] == nil)
            _ = await hanako.leave(room.string)
            let left = await client.sync().ext("e2ee")?["device_lists"]?["left"]?.array?.compactMap(\.string)
            #expect(left == [hanako.user.string])
        }
    }

    // MARK: Account data

    @Test(arguments: SlidingDialect.allCases) func accountData(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let (one, two) = (try await server.room(kenji), try await server.room(kenji))
            let account = "/_matrix/client/v3/user/\(kenji.user)"
            func set(_ value: Int, in room: RoomID? = nil) async {
                let path = room.map { "/rooms/\($0)" } ?? ""
                #expect(await kenji.put("\(account)\(path)/account_data/m.test", #"{"v":\#(value)}"#).status == 200)
            }
            func values(_ data: JSONValue?) -> [Int64] {
                data?.array?.compactMap { $0["type"]?.string == "m.test" ? $0["content"]?["v"]?.int : nil } ?? []
            }
            await set(1)
            await set(2, in: one)
            await set(3, in: two)
            var client = self.client(kenji, dialect, "account_data")
            client.see(0...0)
            var data = await client.sync().ext("account_data")
            #expect(values(data?["global"]) == [1])
            #expect(values(data?["rooms"]?[two.string]) == [3])
            #expect(data?["rooms"]?[one.string] == nil, "out of range")
            #expect(await client.sync().ext("account_data")?.count == 0)
            let waiting = client.poll()
            await set(4, in: two)
            let answer = await waiting.whole()
            client.take(answer)
            #expect(values(answer.ext("account_data")?["rooms"]?[two.string]) == [4])
            await set(5)
            await set(6, in: one)
            data = await client.sync().ext("account_data")
            #expect(values(data?["global"]) == [5])
            #expect(data?["rooms"] == nil)
            client.see(0...1)
            data = await client.sync().ext("account_data")
            #expect(data?["global"] == nil)
            #expect(values(data?["rooms"]?[one.string]) == [6])
            // Switched off and on, it begins anew.
            client.extensions = ""
            await client.sync()
            client.extend(["account_data": #","lists":[],"rooms":[]"#])
            data = await client.sync().ext("account_data")
            #expect(values(data?["global"]) == [5])
            #expect(data?["rooms"] == nil)
        }
    }

    // MARK: Receipts

    @Test(arguments: SlidingDialect.allCases) func receipts(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let (room, other) = (try await server.room(hanako, kenji, ana), try await server.room(hanako, kenji))
            func read(_ event: String, _ member: TestMember, _ type: String = "m.read", in room: RoomID) async {
                #expect(await member.post(member.path(room.string, "receipt/\(type)/\(event)")).status == 200)
            }
            func readers(_ answer: TestAnswer, _ room: RoomID) -> Set<String> {
                let event = answer.ext("receipts")?["rooms"]?[room.string]
                #expect(event == nil || event?["type"]?.string == "m.receipt")
                let types = event?["content"]?.object?.flatMap { id, types in
                    types.object?.flatMap { type, users in users.object?.map { "\($0.key) \(type)" } ?? [] } ?? []
                }
                return Set(types ?? [])
            }
            let old = await hanako.say("old", in: room)
            await read(old, ana, in: room)
            let new = await hanako.say("new", in: room)
            await read(new, hanako, in: room)
            await read(new, ana, "m.read.private", in: room)
            await read(old, kenji, in: room)
            var client = self.client(kenji, dialect, "receipts")
            client.see(0...0, timeline: 1)
            #expect(
                readers(await client.sync(), room) == ["\(hanako.user) m.read", "\(kenji.user) m.read"],
                "those of the event that is shown, and the own")
            let waiting = client.poll()
            await read(new, ana, in: room)
            let answer = await waiting.whole()
            client.take(answer)
            #expect(readers(answer, room) == ["\(ana.user) m.read"])
            #expect(readers(await client.sync(), room) == [])

            // What is read while the room is out of range is told when it is back.
            let away = await kenji.say("away", in: other)
            await client.sync()
            let newest = await hanako.say("newest", in: room)
            let last = await hanako.say("last", in: other)
            await client.sync()
            await read(newest, ana, in: room)
            await read(newest, hanako, "m.read.private", in: room)
            #expect(readers(await client.sync(), room) == [])
            #expect(away != last)
            await hanako.say("back", in: room)
            #expect(readers(await client.sync(), room) == ["\(ana.user) m.read"])
        }
    }

    @Test func unreadCountsFollowOnesOwnReceipts() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let event = await hanako.say("one", in: room)
            var client = self.client(kenji, .simplified)
            #expect(await client.sync().news(room)?["notification_count"]?.int == 1)
            let waiting = client.poll()
            _ = await kenji.post(kenji.path(room.string, "receipt/m.read/\(event)"))
            let answer = await waiting.whole()
            client.take(answer)
            #expect(answer.news(room)?["notification_count"]?.int == 0)
            #expect(answer.news(room)?["timeline"] == nil)
            server.journal.log.forgetAll(before: server.journal.position)
            #expect(await client.sync().newsRooms == [])
        }
    }

    // MARK: Typing

    @Test(arguments: SlidingDialect.allCases) func typing(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (room, other) = (try await server.room(hanako, kenji), try await server.room(hanako, kenji))
            func type(_ isTyping: Bool, in room: RoomID) async {
                _ = await hanako.put(
                    hanako.path(room.string, "typing/\(hanako.user)"), #"{"typing":\#(isTyping),"timeout":90000}"#)
            }
            func typists(_ answer: TestAnswer, _ room: RoomID) -> [String]? {
                answer.ext("typing")?["rooms"]?[room.string]?["content"]?["user_ids"]?.array?.compactMap(\.string)
            }
            await hanako.say("newer", in: room)
            var client = self.client(kenji, dialect, "typing")
            client.see(0...0)
            #expect(await client.sync().ext("typing")?.count == 0)
            let waiting = client.poll()
            await type(true, in: room)
            let answer = await waiting.whole()
            client.take(answer)
            #expect(typists(answer, room) == [hanako.user.string])
            #expect(answer.newsRooms == [])
            #expect(typists(await client.sync(), room) == nil)
            // Out of range, typing there ends; back in range, that is told.
            await kenji.say("newest", in: other)
            await client.sync()
            await type(false, in: room)
            #expect(typists(await client.sync(), room) == nil)
            await kenji.say("newest", in: room)
            #expect(typists(await client.sync(), room) == [])
            await kenji.say("newest", in: other)
            await client.sync()
            await kenji.say("newest again", in: room)
            #expect(typists(await client.sync(), room) == nil, "nobody typed, as far as the client knows")
            // The extension may be about some rooms only.
            client.extend(["typing": #","lists":[],"rooms":["*"]"#])
            await type(true, in: room)
            #expect(typists(await client.sync(), room) == nil)
            client.subscribe(to: room)
            #expect(typists(await client.sync(), room) == [hanako.user.string])
        }
    }

    @Test func extensionsAreAnsweredByTheNameTheyWereAskedBy() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            var client = self.client(kenji, .stable, "org.matrix.msc4538.to_device", "org.example.other")
            let answer = await client.sync()
            #expect(answer["extensions"]?.object?.map(\.key) == ["org.matrix.msc4538.to_device"])
        }
    }
}
