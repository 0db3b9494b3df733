import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite("Calls in presence and in the session directory")
struct CallDirectoryTests {
    /// Two members in a room, connected, who have written nothing.
    private func pair(
        encrypted: Bool = false,
        _ body: (SessionDirectoryHarness, TestMember, TestMember, String) async throws -> Void
    ) async throws {
        try await SessionDirectoryHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            let state =
                encrypted
                ? #","initial_state":[{"type":"m.room.encryption","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]"#
                : ""
            let made = await hanako.post(
                "/_matrix/client/v3/createRoom", #"{"invite":["\#(kenji.user)"],"is_direct":true\#(state)}"#)
            let room = try #require(made["room_id"]?.string)
            _ = await kenji.post("/_matrix/client/v3/rooms/\(room)/join")
            for member in [hanako, kenji] {
                _ = await member.get("/_matrix/client/v3/sync?timeout=0")
                await harness.logIn(member)
            }
            try await body(harness, hanako, kenji, room)
        }
    }

    private func send(_ type: String, _ content: String, by member: TestMember, in room: String) async {
        let path = "/_matrix/client/v3/rooms/\(room)/send/\(type)/\(UInt64.random(in: 0...UInt64.max))"
        let answer = await member.put(path, content)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func availability(_ member: TestMember, seenBy other: TestMember) async -> (String?, Bool?) {
        let answer = await other.get("/_matrix/client/v3/presence/\(member.user)/status")
        return (answer["mado.availability"]?.string, answer["mado.in_call"]?.bool)
    }

    private func isBusy(_ member: TestMember, seenBy other: TestMember) async -> Bool {
        await availability(member, seenBy: other) == ("busy", true)
    }

    private static func invite(_ call: String) -> String {
        #"{"call_id":"\#(call)","party_id":"p","version":"1","lifetime":60000,"offer":{"type":"offer","sdp":"v=0"}}"#
    }

    @Test("busy from the answer to the hang-up, and in a session with the other")
    func signalling() async throws {
        try await pair { harness, hanako, kenji, room in
            #expect(await harness.people(of: hanako) == [], "they have written nothing")
            await send("m.call.invite", Self.invite("c1"), by: hanako, in: room)
            #expect(await !isBusy(hanako, seenBy: kenji))
            await send("m.call.answer", #"{"call_id":"c1","party_id":"q","version":"1"}"#, by: kenji, in: room)
            #expect(await isBusy(hanako, seenBy: kenji))
            #expect(await isBusy(kenji, seenBy: hanako))
            #expect(await harness.people(of: hanako) == [kenji.user.string])
            #expect(await harness.people(of: kenji) == [hanako.user.string])
            await send("m.call.hangup", #"{"call_id":"c1","party_id":"p","version":"1"}"#, by: hanako, in: room)
            #expect(await availability(hanako, seenBy: kenji) == ("ready", nil))
            #expect(await harness.people(of: hanako) == [])
        }
    }

    @Test("busy with a call is busy for everybody else")
    func others() async throws {
        try await pair { harness, hanako, kenji, room in
            let ana = try await harness.server.member("ana")
            let made = await ana.post("/_matrix/client/v3/createRoom", #"{"invite":["\#(hanako.user)"]}"#)
            let other = try #require(made["room_id"]?.string)
            _ = await hanako.post("/_matrix/client/v3/rooms/\(other)/join")
            _ = await ana.get("/_matrix/client/v3/sync?timeout=0")
            await harness.logIn(ana)
            await send("m.room.message", #"{"msgtype":"m.text","body":"hello"}"#, by: ana, in: other)
            #expect(await harness.people(of: hanako) == [ana.user.string])
            await send("m.call.invite", Self.invite("c1"), by: hanako, in: room)
            await send("m.call.answer", #"{"call_id":"c1"}"#, by: kenji, in: room)
            #expect(await harness.people(of: hanako) == [kenji.user.string])
            #expect(await harness.people(of: ana) == [])
        }
    }

    @Test("what a member chose stands above a call")
    func chosen() async throws {
        try await pair { harness, hanako, kenji, room in
            let path = "/_matrix/client/v3/presence/\(kenji.user)/status"
            _ = await kenji.put(path, #"{"presence":"unavailable","mado.availability":"busy"}"#)
            await send("m.call.invite", Self.invite("c1"), by: hanako, in: room)
            await send("m.call.answer", #"{"call_id":"c1"}"#, by: kenji, in: room)
            #expect(await availability(kenji, seenBy: hanako) == ("busy", nil))
            #expect(await harness.people(of: hanako) == [])
        }
    }

    @Test("calls that only the clients can read")
    func reported() async throws {
        try await pair(encrypted: true) { harness, hanako, kenji, room in
            let path = "/_mado/v1/calls/c7"
            let body = #"{"room_id":"\#(room)","lifetime_ms":120000}"#
            #expect(await hanako.put(path, body).status == 200)
            #expect(await kenji.put(path, body).status == 200)
            #expect(await isBusy(hanako, seenBy: kenji))
            #expect(await harness.people(of: hanako) == [kenji.user.string])
            #expect(await kenji.delete(path).status == 200)
            #expect(await !isBusy(kenji, seenBy: hanako))
            #expect(await harness.people(of: hanako) == [])
        }
    }

    @Test("a report is believed for its time only")
    func lifetime() async throws {
        try await pair { harness, hanako, kenji, room in
            let body = #"{"room_id":"\#(room)","lifetime_ms":10000}"#
            #expect(await hanako.put("/_mado/v1/calls/c1", body).status == 200)
            #expect(await isBusy(hanako, seenBy: kenji))
            harness.server.clock.advance(by: .seconds(10))
            await harness.server.drivenClock.advance(by: .seconds(10))
            #expect(await !isBusy(hanako, seenBy: kenji))
        }
    }

    @Test("what is refused")
    func refused() async throws {
        try await pair { harness, hanako, _, room in
            let ana = try await harness.server.member("ana")
            let path = "/_mado/v1/calls/c1"
            #expect(await ana.put(path, #"{"room_id":"\#(room)"}"#).error == "M_FORBIDDEN")
            #expect(await hanako.put(path, "{}").error == "M_MISSING_PARAM")
            #expect(await hanako.put(path, #"{"room_id":"x"}"#).error == "M_INVALID_PARAM")
            #expect(await hanako.put(path, #"{"room_id":"\#(room)","lifetime_ms":1}"#).error == "M_INVALID_PARAM")
            let long = String(repeating: "x", count: 256)
            #expect(await hanako.put("/_mado/v1/calls/\(long)", #"{"room_id":"\#(room)"}"#).error == "M_INVALID_PARAM")
            #expect(await harness.server.request(.put, path).error == "M_MISSING_TOKEN")
        }
    }
}
