import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct RedactionTests {
    private func redact(_ member: TestMember, _ event: String, _ room: String, _ transaction: String = "r") async
        -> TestAnswer
    {
        await member.put(member.path(room, "redact/\(event)/\(transaction)"), #"{"reason":"typo"}"#)
    }

    @Test(arguments: ["10", "11", "12"]) func ownEvents(_ version: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom(#"{"room_version":"\#(version)"}"#)
            let event = try await hanako.say("secret", in: room)
            let redaction = try #require(await redact(hanako, event, room)["event_id"]?.string)
            #expect(await redact(hanako, event, room)["event_id"]?.string == redaction, "the same transaction")
            let after = await hanako.get(hanako.path(room, "event/\(event)"))
            #expect(after["content"]?.count == 0)
            let because = after["unsigned"]?["redacted_because"]
            #expect(because?["event_id"]?.string == redaction && because?["content"]?["reason"]?.string == "typo")
            #expect(because?["room_id"]?.string == room)
            // Both places, for clients of all ages.
            let sent = await hanako.get(hanako.path(room, "event/\(redaction)"))
            #expect(sent["redacts"]?.string == event && sent["content"]?["redacts"]?.string == event)
            for path in ["messages?dir=b&limit=100", "context/\(redaction)?limit=100"] {
                #expect(!(await hanako.get(hanako.path(room, path))).text.contains("secret"), "\(path)")
            }
        }
    }

    /// Room versions since 11 keep what it was for; its reason is gone, in the event that it redacted, too.
    @Test(arguments: ["10", "11", "12"]) func redactions(_ version: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom(#"{"room_version":"\#(version)"}"#)
            let event = try await hanako.say("secret", in: room)
            let first = try #require(await redact(hanako, event, room, "1")["event_id"]?.string)
            let answer = await hanako.put(hanako.path(room, "redact/\(first)/2"), #"{"reason":"too plain"}"#)
            let second = try #require(answer["event_id"]?.string)
            let after = await hanako.get(hanako.path(room, "event/\(first)"))
            #expect(after["content"]?["reason"] == nil)
            let kept = version == "10" ? nil : event
            #expect(after["content"]?["redacts"]?.string == kept && after["redacts"]?.string == kept)
            let because = after["unsigned"]?["redacted_because"]
            #expect(because?["event_id"]?.string == second && because?["content"]?["reason"]?.string == "too plain")
            let hidden = await hanako.get(hanako.path(room, "event/\(event)"))
            #expect(hidden["unsigned"]?["redacted_because"]?["event_id"]?.string == first)
            for path in ["event/\(event)", "messages?dir=b&limit=100"] {
                let text = await hanako.get(hanako.path(room, path)).text
                #expect(!text.contains("typo") && !text.contains("secret"), "\(path)")
            }
        }
    }

    @Test func othersEventsTakeALevel() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let hers = try await hanako.say("hers", in: room)
            let his = try await kenji.say("his", in: room)
            #expect(await redact(kenji, hers, room).outcome == "403 M_FORBIDDEN")
            // Nor by the other way.
            let sent = await kenji.put(kenji.path(room, "send/m.room.redaction/1"), #"{"redacts":"\#(hers)"}"#)
            #expect(sent.outcome == "403 M_FORBIDDEN")
            #expect(await hanako.get(hanako.path(room, "event/\(hers)"))["content"]?["body"]?.string == "hers")
            #expect(await hanako.texts(in: room, "dir=f&limit=100") == ["hers", "his"])
            #expect(await redact(hanako, his, room).status == 200)
            #expect(await kenji.texts(in: room, "dir=f&limit=100") == ["hers"])
        }
    }

    @Test func throughSend() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let event = try await hanako.say("secret", in: room)
            let answer = await hanako.put(hanako.path(room, "send/m.room.redaction/1"), #"{"redacts":"\#(event)"}"#)
            #expect(answer.status == 200)
            #expect(await hanako.get(hanako.path(room, "event/\(event)"))["content"]?.count == 0)
        }
    }

    @Test func whatCannotBeRedacted() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            let elsewhere = try await hanako.say("elsewhere", in: try await hanako.createRoom())
            let encryption = await hanako.setState(
                "m.room.encryption", #"{"algorithm":"m.megolm.v1.aes-sha2"}"#, in: room)["event_id"]?.string
            let create = await hanako.get(hanako.path(room, "state/m.room.create?format=event"))["event_id"]?.string
            #expect(await redact(hanako, try #require(create), room, "1").outcome == "403 M_FORBIDDEN")
            #expect(await redact(hanako, try #require(encryption), room, "2").outcome == "403 M_FORBIDDEN")
            #expect(await redact(hanako, elsewhere, room, "3").outcome == "404 M_NOT_FOUND")
            #expect(await redact(hanako, "$none", room, "4").outcome == "404 M_NOT_FOUND")
            let event = try await hanako.say("hello", in: room)
            #expect(await redact(kenji, event, room, "5").outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func stateStaysStateWithoutItsContent() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let topic = try #require(
                await hanako.setState("m.room.topic", #"{"topic":"secret"}"#, in: room)["event_id"]?.string)
            #expect(await redact(hanako, topic, room).status == 200)
            let state = await hanako.get(hanako.path(room, "state/m.room.topic"))
            #expect(state.status == 200 && state.body.count == 0)
        }
    }

    /// The content of a redacted event is not to be found in `prev_content` of the one that replaced it.
    @Test func noTraceIsLeftInWhatReplacedIt() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let topic = try #require(
                await hanako.setState("m.room.topic", #"{"topic":"secret"}"#, in: room)["event_id"]?.string)
            _ = await hanako.setState("m.room.topic", #"{"topic":"better"}"#, in: room)
            #expect(await redact(hanako, topic, room).status == 200)
            for path in ["messages?dir=b&limit=100", "state", "state/m.room.topic?format=event"] {
                #expect(!(await hanako.get(hanako.path(room, path))).text.contains("secret"), "\(path)")
            }
            let now = try #require(try await server.journal.room(RoomID(unchecked: room))?.stateEvent("m.room.topic"))
            let encoding = EventEncoding(user: hanako.user, device: nil, now: 0)
            let seen = try await server.store.read { reader in
                String(decoding: try encoding.encode(now, membership: nil, reader).bytes, as: UTF8.self)
            }
            #expect(!seen.contains("secret"))
            let recent = try #require(server.journal.log.changes(since: 0, upTo: .max))
            for change in recent {
                guard case .event(let event) = change.kind, let previous = event.previousContent else { continue }
                #expect(!String(decoding: previous, as: UTF8.self).contains("secret"))
            }
        }
    }
}
