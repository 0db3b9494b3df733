import EventLoop
import JSON
import MatrixAPI
import Outbound
import Store
import Testing

@testable import Server

/// Notifications that go to gateways.
@Suite struct PusherTests {
    private func withPushers(
        allowing: [String] = ["127.0.0.1"], observes: Bool = true,
        _ body: (RouteHarness, Pushers) async throws -> Void
    ) async throws {
        var made: Pushers?
        try await RouteHarness.run(
            adding: { parts, routes in
                RoomCapabilities(parts, Rooms.Configuration()).addRoutes(to: &routes)
                var settings = OutboundSettings()
                settings.allowed = allowing.map { AllowedDestination($0)! }
                let ignoredUsers = IgnoredUsers()
                let unread = UnreadCounts(rules: parts.pushRules, ignoredUsers: ignoredUsers)
                let pushers = Pushers(
                    journal: parts.journal, http: try HTTPClient(settings), loop: parts.loops.loops[0],
                    rules: parts.pushRules, ignoredUsers: ignoredUsers, unread: unread, clock: parts.clock)
                let observers: [any JournalObserver] = [ignoredUsers, unread] + (observes ? [pushers] : [])
                for observer in observers { parts.journal.addObserver(observer) }
                parts.sessions.addObserver(pushers)
                pushers.addRoutes(to: &routes)
                made = pushers
            }
        ) { server in try await body(server, try #require(made)) }
    }

    private static let path = "/_matrix/client/v3/pushers/set"

    private func wish(_ url: String, pushkey: String = "key", format: String? = nil, append: Bool = false) -> String {
        let format = format.map { #","format":"\#($0)""# } ?? ""
        return """
            {"kind":"http","app_id":"org.example.app","pushkey":"\(pushkey)","app_display_name":"App",
             "device_display_name":"Phone","lang":"en","append":\(append),"data":{"url":"\(url)","x":1\(format)}}
            """
    }

    private func pushkeys(_ member: TestMember) async -> [String] {
        await member.get("/_matrix/client/v3/pushers")["pushers"]?.array?.compactMap { $0["pushkey"]?.string } ?? []
    }

    @Test func aPusherIsKeptChangedAndTakenAway() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let url = "http://127.0.0.1:9/_matrix/push/v1/notify"
            #expect(await hanako.post(Self.path, wish(url)).outcome == "200")
            #expect(await hanako.post(Self.path, wish(url, format: "event_id_only")).outcome == "200")
            let pushers = await hanako.get("/_matrix/client/v3/pushers")["pushers"]
            #expect(pushers?.array?.count == 1)
            #expect(pushers?.first?.string("data", "format") == "event_id_only")
            #expect(
                pushers?.first?.names == [
                    "app_display_name", "app_id", "data", "device_display_name", "kind", "lang", "pushkey",
                ])
            let removal = #"{"kind":null,"app_id":"org.example.app","pushkey":"key"}"#
            #expect(await hanako.post(Self.path, removal).outcome == "200")
            #expect(await pushkeys(hanako) == [])
            #expect(await hanako.post(Self.path, removal).outcome == "200")
        }
    }

    @Test func anotherMembersPusherOfTheSameDeviceGivesWay() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let url = "http://127.0.0.1:9/_matrix/push/v1/notify"
            _ = await hanako.post(Self.path, wish(url))
            _ = await kenji.post(Self.path, wish(url, append: true))
            #expect(await pushkeys(hanako) == ["key"])
            _ = await kenji.post(Self.path, wish(url))
            #expect(await pushkeys(hanako) == [])
            #expect(await pushkeys(kenji) == ["key"])
        }
    }

    @Test func aPusherEndsWithItsDevice() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let phone = try await server.logIn("hanako")
            _ = await phone.post(Self.path, wish("http://127.0.0.1:9/_matrix/push/v1/notify"))
            #expect(await pushkeys(hanako) == ["key"])
            _ = await phone.post("/_matrix/client/v3/logout")
            #expect(await pushkeys(hanako) == [])
        }
    }

    @Test func whatIsNoGatewayIsRefused() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            for url in [
                "http://127.0.0.1:9/other", "http://127.0.0.1:9/_matrix/push/v1/notify?x", "ftp://127.0.0.1/",
                "http://10.0.0.1/_matrix/push/v1/notify", "https://[::1]/_matrix/push/v1/notify",
                "https://169.254.169.254/_matrix/push/v1/notify", "http://8.8.8.8/_matrix/push/v1/notify",
                "http://a:b@127.0.0.1/_matrix/push/v1/notify", "http://[::1]/_matrix/push/v1/notify", "",
            ] { #expect(await hanako.post(Self.path, wish(url)).outcome == "400 M_INVALID_PARAM", "\(url)") }
            let missing = [
                #"{"app_id":"a","pushkey":"b"}"#: "400 M_MISSING_PARAM",
                #"{"kind":"http","pushkey":"b"}"#: "400 M_MISSING_PARAM",
                #"{"kind":"http","app_id":"a","pushkey":"b","app_display_name":"c","device_display_name":"d","lang":"e"}"#:
                    "400 M_MISSING_PARAM",
                #"{"kind":"http","app_id":"a","pushkey":"b","app_display_name":"c","device_display_name":"d","lang":"e","data":{}}"#:
                    "400 M_MISSING_PARAM",
                #"{"kind":"carrier pigeon","app_id":"a","pushkey":"b","app_display_name":"c","device_display_name":"d","lang":"e","data":{}}"#:
                    "400 M_INVALID_PARAM",
                #"{"kind":null,"app_id":"\#(String(repeating: "a", count: 65))","pushkey":"b"}"#: "400 M_INVALID_PARAM",
                #"{"kind":null,"app_id":"a","pushkey":"\#(String(repeating: "a", count: 513))"}"#:
                    "400 M_INVALID_PARAM",
            ]
            for (body, outcome) in missing { #expect(await hanako.post(Self.path, body).outcome == outcome, "\(body)") }
        }
    }

    @Test func aGatewayIsToldOfWhatTheRulesSay() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            // Among two every message is worth a sound.
            let maria = try await server.member("maria")
            let room = try await hanako.createRoom(visibility: "shared", kenji, maria)
            _ = await hanako.setState("m.room.name", #"{"name":"Tea"}"#, in: room)
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = await hanako.put(
                "/_matrix/client/v3/rooms/\(room)/send/m.room.message/a",
                #"{"msgtype":"m.text","body":"kenji?","m.mentions":{"user_ids":["\#(kenji.user)"]}}"#)
            let told = try #require(await gateway.received(1)[0]["notification"])
            #expect(
                told.names == [
                    "content", "counts", "devices", "event_id", "prio", "room_id", "room_name", "sender",
                    "sender_display_name", "type",
                ])
            #expect(told.string("content", "body") == "kenji?")
            #expect(told["room_name"]?.string == "Tea")
            #expect(told["sender_display_name"]?.string == "hanako")
            #expect(told["prio"]?.string == "high")
            #expect(told["counts"]?["unread"]?.int == 1)
            let device = try #require(told["devices"]?.first)
            #expect(device["pushkey"]?.string == "key")
            #expect(device["data"]?.names == ["x"])
            #expect(device["tweaks"]?["highlight"]?.bool == true)
            #expect(device["pushkey_ts"]?.int == server.clock.now / 1000)
            // One's own messages are no news.
            _ = try await kenji.say("yes", in: room)
            _ = try await hanako.say("good", in: room)
            let second = try #require(await gateway.received(2)[1]["notification"])
            #expect(second.string("content", "body") == "good")
            #expect(second["prio"]?.string == "low")
        }
    }

    @Test func onlyTheIdentifierGoesWhereNoMoreIsWanted() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            _ = await kenji.post(Self.path, wish(gateway.url, format: "event_id_only"))
            let room = try await hanako.createRoom()
            _ = await hanako.invite(kenji, to: room)
            let told = try #require(await gateway.received(1)[0]["notification"])
            #expect(told.names == ["counts", "devices", "event_id", "room_id"])
            #expect(told["room_id"]?.string == room)
        }
    }

    @Test func readingIsToldAsACount() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            _ = await kenji.post(Self.path, wish(gateway.url))
            let event = try await hanako.say("one", in: room)
            _ = await gateway.received(1)
            _ = await kenji.post(kenji.path(room, "receipt/m.read/\(event)"))
            let told = try #require(await gateway.received(2)[1]["notification"])
            #expect(told.names == ["counts", "devices"])
            #expect(told["counts"]?["unread"]?.int == 0)
        }
    }

    @Test func aGatewayThatFailsIsTriedAgainAndNothingIsLost() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway(statuses: [500, 429])
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = try await hanako.say("one", in: room)
            _ = await gateway.received(1)
            _ = try await hanako.say("two", in: room)
            var count = 1
            while count < 4 {
                // The pause begins only when the answer was read.
                await server.drivenClock.advance(by: .seconds(1))
                await Task.yield()
                count = await gateway.received(0).count
            }
            let texts = await gateway.received(4).map { $0["notification"]?.string("content", "body") }
            #expect(texts == ["one", "one", "one", "two"])
        }
    }

    @Test func aRejectedKeyIsForgotten() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            gateway.reject("key")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = await kenji.post(Self.path, wish(gateway.url, pushkey: "other"))
            _ = try await hanako.say("one", in: room)
            _ = await gateway.received(2)
            while await pushkeys(kenji) != ["other"] { await Task.yield() }
        }
    }

    @Test func whoComesLaterIsNotToldOfWhatWasSaidBefore() async throws {
        // All of it is taken in at once, when the member is in the room already.
        try await withPushers(observes: false) { server, pushers in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            let room = try await hanako.createRoom(visibility: "joined")
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = try await hanako.say("secret", in: room)
            try await hanako.bring(kenji, into: room)
            _ = try await hanako.say("welcome", in: room)
            try await pushers.restore()
            let told = await gateway.received(1).map { $0["notification"]?.string("content", "body") }
            #expect(told == ["welcome"])
        }
    }

    /// The server had mail when its pusher was set, and has none now.
    @Test func nothingWaitsForMailThatCannotBeSent() async throws {
        try await withPushers(observes: false) { server, pushers in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let gateway = TestGateway()
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let mail = try await server.journal.write { transaction in
                try transaction.store.setPusher(
                    Pushers.mailPusher(to: "k@x.test", of: kenji.user, language: "en", data: nil, in: transaction))
                let id = try #require(try transaction.store.pushers(of: kenji.user).first?.id)
                try transaction.store.enqueuePush(
                    QueuedPush(pusher: id, position: transaction.position, actions: Array("{}".utf8), created: 0))
                return id
            }
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = try await hanako.say("hello", in: room)
            try await pushers.restore()
            // Both would be queued at once.
            _ = await gateway.received(1)
            #expect(try await server.store.read { try $0.queuedPushes(of: mail, limit: 10) }.isEmpty)
        }
    }

    @Test func whoIgnoresSomebodyIsNotTold() async throws {
        try await withPushers { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let gateway = TestGateway()
            let room = try await hanako.createRoom(visibility: "shared", kenji, maria)
            _ = await kenji.put(
                "/_matrix/client/v3/user/\(kenji.user)/account_data/m.ignored_user_list",
                #"{"ignored_users":{"\#(maria.user)":{}}}"#)
            _ = await kenji.post(Self.path, wish(gateway.url))
            _ = try await maria.say("buy", in: room)
            _ = try await hanako.say("hello", in: room)
            let told = await gateway.received(1)
            #expect(told[0]["notification"]?.string("content", "body") == "hello")
        }
    }
}
