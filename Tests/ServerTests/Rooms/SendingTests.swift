import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct SendingTests {
    private func send(_ member: TestMember, _ room: String, _ type: String, _ content: String, _ transaction: String)
        async -> TestAnswer
    {
        await member.put(member.path(room, "send/\(type)/\(transaction)"), content)
    }

    @Test func transactionsSendOnce() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let other = try await server.logIn("hanako")
            let room = try await hanako.createRoom()
            let elsewhere = try await hanako.createRoom()
            let first = try await hanako.say("one", in: room, transaction: "1")
            #expect(try await hanako.say("one", in: room, transaction: "1") == first)
            #expect(try await hanako.say("something else", in: room, transaction: "1") == first)
            #expect(try await hanako.say("two", in: room, transaction: "2") != first)
            #expect(try await other.say("one", in: room, transaction: "1") != first, "another device")
            #expect(try await hanako.say("one", in: elsewhere, transaction: "1") != first, "another room")
            #expect(await hanako.texts(in: room, "dir=f&limit=100") == ["one", "two", "one"])
        }
    }

    @Test func concurrentDuplicatesSendOnce() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let events = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await hanako.say("one", in: room, transaction: "1") } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(events.count == 1)
            #expect(await hanako.texts(in: room, "dir=f&limit=100") == ["one"])
        }
    }

    @Test func onlyTheSendingDeviceIsToldTheTransaction() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let phone = try await server.logIn("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let event = try await hanako.say("one", in: room, transaction: "a \"quoted\" one".urlEncoded)
            let path = hanako.path(room, "event/\(event)")
            #expect(await hanako.get(path)["unsigned"]?["transaction_id"]?.string == "a \"quoted\" one")
            #expect(await phone.get(path)["unsigned"]?["transaction_id"] == nil)
            #expect(await kenji.get(path)["unsigned"]?["transaction_id"] == nil)
            server.clock.advance(by: .seconds(5))
            #expect(await kenji.get(path)["unsigned"]?["age"]?.int == 5000)
            #expect(await kenji.get(path)["unsigned"]?["membership"]?.string == "join")
            #expect(await kenji.get(path)["room_id"]?.string == room)
        }
    }

    @Test(arguments: [
        ("m.room.message", #"{"msgtype":"m.text","body":"x"}"#, "200"),
        ("com.example.any", #"{"a":[1,{"b":null}]}"#, "200"),
        ("m.room.message", #"{"msgtype":"m.text","body":7}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"body":"x"}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"x","m.relates_to":"y"}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"x","m.relates_to":{"rel_type":1}}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"x","n":1.5}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"x","n":9007199254740992}"#, "400 M_BAD_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"\ud800"}"#, "400 M_NOT_JSON"),
        ("m.room.message", #"{"msgtype":"m.text","body":"x","body":"y"}"#, "400 M_NOT_JSON"),
        ("m.room.message", #"[]"#, "400 M_BAD_JSON"),
        (
            "m.room.message", #"{"msgtype":"m.text","body":"\#(String(repeating: "x", count: 65_536))"}"#,
            "413 M_TOO_LARGE"
        ),
        ("m.room.create", "{}", "400 M_BAD_JSON"),
        ("m.room.member", #"{"membership":"join"}"#, "400 M_BAD_JSON"),
        ("m.room.redaction", #"{"reason":"no target"}"#, "400 M_BAD_JSON"),
        (String(repeating: "t", count: 256), "{}", "413 M_TOO_LARGE"),
    ]) func contents(_ type: String, _ content: String, outcome: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            #expect(await send(hanako, room, type, content, "1").outcome == outcome)
        }
    }

    @Test(arguments: [
        ("m.room.name", #"{"name":"x"}"#, "200"), ("m.room.name", #"{"name":["x"]}"#, "400 M_BAD_JSON"),
        ("m.room.topic", #"{"topic":null}"#, "400 M_BAD_JSON"),
        ("m.room.avatar", #"{"url":7}"#, "400 M_BAD_JSON"),
        ("m.room.join_rules", #"{"join_rule":"maybe"}"#, "400 M_BAD_JSON"),
        ("m.room.join_rules", #"{}"#, "400 M_BAD_JSON"),
        ("m.room.history_visibility", #"{"history_visibility":"public"}"#, "400 M_BAD_JSON"),
        ("m.room.guest_access", #"{"guest_access":true}"#, "400 M_BAD_JSON"),
        ("m.room.pinned_events", #"{"pinned":"$x"}"#, "400 M_BAD_JSON"),
        ("m.room.encryption", #"{"algorithm":"m.megolm.v1.aes-sha2"}"#, "200"),
        ("m.room.encryption", #"{}"#, "400 M_BAD_JSON"),
        ("m.room.power_levels", #"{"users":{"kenji":1}}"#, "400 M_BAD_JSON"),
        ("m.room.power_levels", #"{"users_default":"0"}"#, "400 M_BAD_JSON"),
        ("m.room.power_levels", #"{"users":{"@hanako:mado.test":101}}"#, "403 M_FORBIDDEN"),
        ("m.room.canonical_alias", ##"{"alias":"#none:mado.test"}"##, "400 M_BAD_ALIAS"),
        ("m.room.canonical_alias", ##"{"alt_aliases":["#other:mado.test"]}"##, "400 M_BAD_ALIAS"),
        ("m.room.canonical_alias", #"{"alias":"none"}"#, "400 M_INVALID_PARAM"),
        ("m.room.canonical_alias", ##"{"alias":"#here:mado.test","alt_aliases":["#here:mado.test"]}"##, "200"),
        ("m.room.canonical_alias", #"{"alias":null}"#, "200"),
        ("m.room.create", #"{}"#, "403 M_FORBIDDEN"),
        ("m.space.child", #"{"via":"mado.test"}"#, "400 M_BAD_JSON"),
        ("mado.portal", #"{"any":{"thing":[1]}}"#, "200"),
    ]) func stateContents(_ type: String, _ content: String, outcome: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            _ = try await hanako.createRoom(#"{"room_alias_name":"other"}"#)
            let room = try await hanako.createRoom()
            _ = await hanako.put("/_matrix/client/v3/directory/room/%23here:mado.test", #"{"room_id":"\#(room)"}"#)
            #expect(await hanako.setState(type, content, in: room).outcome == outcome)
        }
    }

    @Test func stateKeysAndEmptyOnes() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            #expect(await hanako.put(hanako.path(room, "state/mado.x"), #"{"a":1}"#).status == 200)
            #expect(await hanako.get(hanako.path(room, "state/mado.x/"))["a"]?.int == 1)
            #expect(await hanako.put(hanako.path(room, "state/mado.x/a%2Fb%20c"), #"{"a":2}"#).status == 200)
            let event = await hanako.get(hanako.path(room, "state/mado.x/a%2Fb%20c?format=event"))
            #expect(event["state_key"]?.string == "a/b c" && event["content"]?["a"]?.int == 2)
            #expect(await hanako.get(hanako.path(room, "state/mado.none")).outcome == "404 M_NOT_FOUND")
            #expect(await hanako.get(hanako.path(room, "state/mado.x?format=x")).outcome == "400 M_INVALID_PARAM")
            #expect(await kenji.setState("m.room.name", #"{"name":"x"}"#, in: room).outcome == "403 M_FORBIDDEN")
            let levels = #"{"users":{"\#(hanako.user)":100},"state_default":0}"#
            #expect(await hanako.setState("m.room.power_levels", levels, in: room).status == 200)
            #expect(await kenji.setState("m.room.name", #"{"name":"x"}"#, in: room).status == 200)
            let foreign = await kenji.setState("mado.x", "{}", key: hanako.user.string, in: room)
            #expect(foreign.outcome == "403 M_FORBIDDEN", "state that belongs to another")
            #expect(
                await kenji.get(kenji.path(room, "state/m.room.name?format=event"))["sender"]?.string
                    == kenji.user.string)
        }
    }

    @Test func nobodyReactsTwiceTheSameWay() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let event = try await hanako.say("lunch?", in: room)
            func react(_ member: TestMember, _ key: String, _ transaction: String) async -> TestAnswer {
                await send(
                    member, room, "m.reaction",
                    #"{"m.relates_to":{"rel_type":"m.annotation","event_id":"\#(event)","key":"\#(key)"}}"#, transaction
                )
            }
            let first = await react(kenji, "👍", "1")
            #expect(first.status == 200)
            #expect(await react(kenji, "👍", "1")["event_id"]?.string == first["event_id"]?.string)
            #expect(await react(kenji, "👍", "2").outcome == "400 M_DUPLICATE_ANNOTATION")
            #expect(await react(kenji, "🍜", "3").status == 200)
            #expect(await react(hanako, "👍", "4").status == 200)
            // Taken back, it may be given again.
            let id = try #require(first["event_id"]?.string)
            #expect(await kenji.put(kenji.path(room, "redact/\(id)/5"), "{}").status == 200)
            #expect(await react(kenji, "👍", "6").status == 200)
        }
    }

    @Test func encryptionStaysOn() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            func set(_ content: String) async -> String {
                await hanako.setState("m.room.encryption", content, in: room).outcome
            }
            #expect(await set(#"{"algorithm":"m.megolm.v1.aes-sha2"}"#) == "200")
            #expect(await set(#"{"algorithm":"m.megolm.v1.aes-sha2","rotation_period_msgs":10}"#) == "200")
            #expect(await set(#"{"algorithm":"none"}"#) == "403 M_FORBIDDEN")
            #expect(await set("{}") == "400 M_BAD_JSON")
        }
    }

    @Test func theSameStateOnceMoreIsTheSameEvent() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let first = await hanako.setState("m.room.topic", #"{"topic":"a","x":1}"#, in: room)
            let again = await hanako.setState("m.room.topic", #"{"x":1,"topic":"a"}"#, in: room)
            #expect(first["event_id"]?.string == again["event_id"]?.string)
            let next = await hanako.setState("m.room.topic", #"{"topic":"b"}"#, in: room)
            let event = await hanako.get(hanako.path(room, "event/\(next["event_id"]?.string ?? "")"))
            #expect(event["unsigned"]?["prev_content"]?["topic"]?.string == "a")
            // Also when the event is read from the store.
            server.journal.rooms.invalidate(RoomID(unchecked: room), at: server.journal.position)
            let page = await hanako.get(hanako.path(room, "messages?dir=b&limit=1"))
            #expect(page["chunk"]?.first?["unsigned"]?["prev_content"]?["topic"]?.string == "a")
        }
    }

    @Test func strangersAndThoseWhoLeftSendNothing() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            let text = #"{"msgtype":"m.text","body":"x"}"#
            #expect(await send(kenji, room, "m.room.message", text, "1").outcome == "403 M_FORBIDDEN")
            try await hanako.bring(kenji, into: room)
            #expect(await send(kenji, room, "m.room.message", text, "1").status == 200, "a refusal is not remembered")
            _ = await kenji.leave(room)
            #expect(await send(kenji, room, "m.room.message", text, "2").outcome == "403 M_FORBIDDEN")
            #expect(await send(kenji, "!none:mado.test", "m.room.message", text, "3").outcome == "404 M_NOT_FOUND")
        }
    }
}

extension String {
    /// Percent-encoded for a path.
    var urlEncoded: String {
        utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
