import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct SlidingSyncTests {
    private let name = ("m.room.name", "")

    @Test(arguments: SlidingDialect.allCases) func firstTheWholeThenWhatIsNew(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            for number in 1...3 { await hanako.say("\(number)", in: room) }
            var client = SlidingClient(kenji, dialect)
            client.see(0...19, timeline: 2, state: [name, ("m.room.create", "")])
            let first = await client.sync()
            #expect(first.newTexts(room) == ["2", "3"])
            let news = first.news(room)
            #expect(news?["initial"]?.bool == true)
            #expect(news?["limited"]?.bool == true)
            #expect(news?["num_live"]?.int == 0)
            #expect(news?["name"]?.string == "Quay")
            #expect(news?["heroes"] == nil)
            #expect(news?["joined_count"]?.int == 2)
            #expect(news?["invited_count"]?.int == 0)
            #expect(news?["prev_batch"]?.string != nil)
            #expect(first.newState(room) == ["m.room.name ", "m.room.create "])
            #expect(first.count() == 1)
            #expect(news?["membership"]?.string == (dialect == .stable ? "join" : nil))
            #expect(news?["lists"]?.array?.compactMap(\.string) == (dialect == .stable ? ["all"] : nil))
            #expect(news?["notification_count"]?.int == (dialect == .simplified ? 3 : nil))

            #expect(await client.sync().newsRooms == [], "nothing is new")
            let waiting = client.poll()
            await hanako.say("4", in: room)
            let next = await waiting.whole()
            client.take(next)
            #expect(next.newTexts(room) == ["4"])
            #expect(next.news(room)?["initial"] == nil)
            #expect(next.news(room)?["num_live"]?.int == 1)
            #expect(next.news(room)?["limited"]?.bool == false)
            #expect(next.newState(room) == [])
            _ = await hanako.setState("m.room.name", "{}", in: room.string)
            let unnamed = await client.sync()
            #expect(unnamed.news(room)?["name"]?.isNull == true)
            let heroes = unnamed.news(room)?["heroes"]?.array?.compactMap { $0["user_id"]?.string }
            #expect(heroes == [hanako.user.string])
        }
    }

    /// The answer may have got lost: the same is answered again, and what came meanwhile.
    @Test(arguments: SlidingDialect.allCases) func aRepeatedPositionLosesNothing(_ dialect: SlidingDialect) async throws
    {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            var client = SlidingClient(kenji, dialect)
            client.see(0...19)
            await client.sync()
            let position = client.position
            await hanako.say("one", in: room)
            for _ in 1...3 { #expect(await client.begin(at: position).whole().newTexts(room) == ["one"]) }
            await hanako.say("two", in: room)
            let last = await client.begin(at: position).whole()
            #expect(last.newTexts(room) == ["one", "two"])
            client.take(last)
            #expect(await client.sync().newTexts(room) == [])
            #expect(await client.begin(at: position).whole().outcome == "400 M_UNKNOWN_POS", "that is past")

            // A first answer that is lost is a first answer again.
            client.position = nil
            for _ in 1...2 {
                #expect(await client.begin(at: nil).whole().news(room)?["initial"]?.bool == true)
            }
        }
    }

    @Test func positionsAreOfOneDeviceAndConnection() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            var client = SlidingClient(kenji, .stable)
            await client.sync()
            var other = SlidingClient(kenji, .stable)
            other.name = "other"
            #expect(await other.begin(at: client.position).whole().error == "M_UNKNOWN_POS")
            let phone = SlidingClient(try await server.logIn("kenji"), .stable)
            #expect(await phone.begin(at: client.position).whole().error == "M_UNKNOWN_POS")
            let stranger = SlidingClient(hanako, .stable)
            #expect(await stranger.begin(at: client.position).whole().error == "M_UNKNOWN_POS")
            await client.sync()
            await other.sync()
            #expect(await client.begin(at: client.position).whole().status == 200, "beside one another")
        }
    }

    @Test func aLaterRequestEndsTheWaitingOfTheOneBefore() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            var client = SlidingClient(kenji, .stable)
            client.see(0...19)
            await client.sync()
            let (old, new) = (client.poll(), client.poll())
            let ended = await old.whole()
            #expect(ended["pos"]?.string == client.position)
            #expect(ended["rooms"] == nil)
            await hanako.say("one", in: room)
            client.take(await new.whole())
            #expect(client.rooms[room]?.timeline.isEmpty == false)
            #expect(await client.sync().newTexts(room) == [])
        }
    }

    @Test func waitingEndsInTime() async throws {
        let capabilities = SyncHarness.Capabilities()
        try await RouteHarness.run(adding: { SyncHarness.add(to: $0, &$1, capabilities: capabilities) }) { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (room, other) = (try await server.room(hanako, kenji), try await server.room(hanako))
            var client = SlidingClient(kenji, .stable)
            client.see(0...19)
            await client.sync()
            let waiting = client.poll()
            while capabilities.notifier?.waitingCount == 0 { await Task.yield() }
            await hanako.say("elsewhere", in: other)
            #expect(await !waiting.hasBegun())
            await server.drivenClock.advance(by: .seconds(31))
            let answer = await waiting.whole()
            client.take(answer)
            #expect(answer.newsRooms == [])
            await hanako.say("here", in: room)
            #expect(await client.sync().newTexts(room) == ["here"])
            #expect(capabilities.notifier?.waitingCount == 0)
        }
    }

    @Test func aSessionThatEndsEndsItsWaiting() async throws {
        let capabilities = SyncHarness.Capabilities()
        try await RouteHarness.run(adding: { SyncHarness.add(to: $0, &$1, capabilities: capabilities) }) { server in
            let kenji = try await server.member("kenji")
            var client = SlidingClient(kenji, .stable)
            client.see(0...19)
            await client.sync()
            let waiting = client.poll()
            while capabilities.notifier?.waitingCount == 0 { await Task.yield() }
            #expect(await kenji.post("/_matrix/client/v3/logout").status == 200)
            #expect(await waiting.whole().outcome == "401 M_UNKNOWN_TOKEN")
            #expect(capabilities.slidingConnections?.count == 0)
        }
    }

    /// When memory does not reach back, the store tells the same.
    @Test(arguments: SlidingDialect.allCases) func fromTheStoreToo(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            var client = SlidingClient(kenji, dialect)
            client.see(0...19, state: [name], lazy: true)
            client.extend(["receipts": "", "account_data": ""])
            await client.sync()
            let said = await hanako.say("one", in: room)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            _ = await hanako.post(hanako.path(room.string, "receipt/m.read/\(said)"))
            _ = await kenji.put("/_matrix/client/v3/user/\(kenji.user)/account_data/m.test", #"{"a":1}"#)
            let inMemory = await client.begin(at: client.position).whole()
            server.journal.log.forgetAll(before: server.journal.position)
            let fromStore = await client.begin(at: client.position).whole()
            for part in ["rooms", "extensions"] {
                #expect(
                    inMemory[part].map { String(decoding: $0.bytes, as: UTF8.self) }
                        == fromStore[part].map { String(decoding: $0.bytes, as: UTF8.self) })
            }
            #expect(fromStore.newTexts(room) == ["one"])
            #expect(fromStore.news(room)?["name"]?.string == "Quay")
            #expect(fromStore.ext("receipts")?["rooms"]?[room.string] != nil)
        }
    }

    @Test func positionsPageThroughHistory() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            for number in 1...4 { await hanako.say("\(number)", in: room) }
            var client = SlidingClient(hanako, .stable)
            client.see(0...0, timeline: 2)
            let first = await client.sync()
            let before = first.news(room)?["prev_batch"]?.string ?? ""
            #expect(await hanako.texts(in: room.string, "dir=b&limit=2&from=\(before)") == ["2", "1"])
            await hanako.say("5", in: room)
            let from = client.position ?? ""
            #expect(await hanako.texts(in: room.string, "dir=b&limit=2&from=\(from)") == ["4", "3"])
            #expect(await hanako.texts(in: room.string, "dir=f&from=\(from)") == ["5"])
        }
    }

    @Test func theServerSaysThatItSpeaksIt() async throws {
        try await SyncHarness.run { server in
            let features = await server.request(.get, "/_matrix/client/versions")["unstable_features"]
            #expect(features?["org.matrix.simplified_msc3575"]?.bool == true)
        }
    }

    @Test func whoIsAskedIsConnected() async throws {
        let capabilities = SyncHarness.Capabilities()
        try await RouteHarness.run(adding: { SyncHarness.add(to: $0, &$1, capabilities: capabilities) }) { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            for (member, presence) in [(hanako, "online"), (kenji, "offline")] {
                _ = await member.post("/_matrix/client/v4/sync", #"{"set_presence":"\#(presence)"}"#)
                let shown = await member.get("/_matrix/client/v3/presence/\(member.user)/status")
                #expect((shown["presence"]?.string ?? "offline") == presence)
            }
        }
    }
}
