import JSON
import Testing

@testable import ClientKit

/// Two members of one server.
@MainActor final class TestPair {
    let server: MadoProcess
    let hanako: TestMember
    let kenji: TestMember

    init(hanakosClock: any ConnectionClock = SystemConnectionClock()) async throws {
        server = try await MadoProcess()
        hanako = try TestMember(clock: hanakosClock)
        kenji = try TestMember()
        try await hanako.register("hanako", on: server)
        try await kenji.register("kenji", on: server)
    }

    func end() async {
        await hanako.client.close()
        await kenji.client.close()
    }

    /// Both in one conversation, open on both sides.
    func talk(line: String? = nil) async throws -> (hanako: ConversationModel, kenji: ConversationModel) {
        let asked = try await hanako.account.ask(["@kenji:localhost"], line: line)
        try await kenji.until { !self.kenji.account.requests.isEmpty }
        let accepted = try await kenji.account.accept(kenji.account.requests[0])
        await asked.open()
        await accepted.open()
        try await hanako.until { asked.requestState == .none }
        return (asked, accepted)
    }

    /// Both in a room where Hanako alone decides who may do what.
    func meet() async throws -> (hanako: ConversationModel, kenji: ConversationModel) {
        let roomID = try await hanako.api.createRoom(isDirect: false, preset: "private_chat", name: "Garden")
        try await hanako.api.invite("@kenji:localhost", to: roomID, line: nil, isDirect: false)
        try await kenji.until { !self.kenji.account.requests.isEmpty }
        let joined = try await kenji.account.accept(kenji.account.requests[0])
        try await hanako.until { self.hanako.account.conversation(roomID)?.requestState == RequestState.none }
        let own = try #require(hanako.account.conversation(roomID))
        await own.open()
        await joined.open()
        return (own, joined)
    }

    /// Hanako says from which power level on messages may be sent.
    func setLevelForMessages(_ level: Int, in roomID: String) async throws {
        let path = ["_matrix", "client", "v3", "rooms", roomID, "state", "m.room.power_levels"]
        let levels = try #require(try await hanako.api.send("GET", path).object)
        let content = JSONWriter.object { object in
            for (name, value) in levels where name != "events_default" {
                object.member(String(name), value)
            }
            object.member("events_default", level)
        }
        try await hanako.api.setState("m.room.power_levels", "", content, in: roomID)
    }

    /// Kenji's messages with these numbers, past his outbox. - Returns: their event ids.
    func write(_ numbers: ClosedRange<Int>, in roomID: String) async throws -> [String] {
        var eventIDs: [String] = []
        for number in numbers {
            let content = JSONWriter.object { object in
                object.member("msgtype", "m.text")
                object.member("body", "\(number)")
            }
            eventIDs.append(try await kenji.api.sendEvent("m.room.message", "number-\(number)", content, in: roomID))
        }
        return eventIDs
    }
}
