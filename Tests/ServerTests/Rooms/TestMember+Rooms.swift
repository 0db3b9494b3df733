import JSON
import MatrixAPI
import Testing

/// What members do in rooms, by requests.
extension TestMember {
    /// Makes a room; `body` is that of `/createRoom`.
    func createRoom(_ body: String = "{}") async throws -> String {
        try #require(await post("/_matrix/client/v3/createRoom", body)["room_id"]?.string)
    }

    /// A room with this history visibility that the member and others are in.
    func createRoom(visibility: String, _ others: TestMember...) async throws -> String {
        let room = try await createRoom(
            #"{"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"\#(visibility)"}}]}"#
        )
        for other in others { try await bring(other, into: room) }
        return room
    }

    /// Invites the other, who joins.
    func bring(_ other: TestMember, into room: String) async throws {
        try await expectOK(invite(other, to: room))
        try await expectOK(other.join(room))
    }

    func invite(_ other: TestMember, to room: String) async -> TestAnswer {
        await post(path(room, "invite"), #"{"user_id":"\#(other.user)"}"#)
    }

    func join(_ room: String) async -> TestAnswer { await post(path(room, "join")) }
    func leave(_ room: String) async -> TestAnswer { await post(path(room, "leave")) }

    /// Sends a text; its event identifier.
    func say(_ text: String, in room: String, transaction: String? = nil) async throws -> String {
        let answer = await put(
            path(room, "send/m.room.message/\(transaction ?? "t-\(text.hashValue)")"),
            #"{"msgtype":"m.text","body":"\#(text)"}"#)
        return try #require(answer["event_id"]?.string, "\(answer.text)")
    }

    func setState(_ type: String, _ content: String, key: String = "", in room: String) async -> TestAnswer {
        await put(path(room, "state/\(type)/\(key)"), content)
    }

    /// The bodies of the messages in a page of history.
    func texts(in room: String, _ query: String) async -> [String] {
        await get(path(room, "messages?\(query)")).texts("chunk")
    }

    func path(_ room: String, _ rest: String) -> String { "/_matrix/client/v3/rooms/\(room)/\(rest)" }

    private func expectOK(_ answer: TestAnswer) throws {
        try #require(answer.status == 200, "\(answer.text)")
    }
}

extension TestAnswer {
    /// `content.body` of the messages in a list of events.
    func texts(_ key: String) -> [String] {
        body[key]?.array?.compactMap { $0.string("content", "body") } ?? []
    }

    /// The events of a list by type, in order.
    func types(_ key: String) -> [String] { body[key]?.array?.compactMap { $0["type"]?.string } ?? [] }

    /// Status and error code, as tables have them.
    var outcome: String { error.map { "\(status) \($0)" } ?? "\(status)" }
}

extension JSONValue {
    /// The first element of an array.
    var first: JSONValue? {
        var elements = array?.makeIterator()
        return elements?.next()
    }
}
