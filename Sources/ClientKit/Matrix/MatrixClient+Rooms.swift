import JSON

extension MatrixClient {
    private static let v3 = ["_matrix", "client", "v3"]

    /// `POST /createRoom`. - Returns: the room id.
    func createRoom(isDirect: Bool, preset: String, name: String? = nil) async throws -> String {
        let body = JSONWriter.object { object in
            object.member("preset", preset)
            object.member("is_direct", isDirect)
            object.memberIfPresent("name", name)
        }
        return try await send("POST", Self.v3 + ["createRoom"], body: body).required("room_id")
    }

    /// Invites somebody with a line. As a state event, which can say that the room is a direct one; where a server does
    /// not take that, by `POST /invite`.
    func invite(_ userID: String, to roomID: String, line: String?, isDirect: Bool) async throws {
        if isDirect {
            let content = JSONWriter.object { object in
                object.member("membership", "invite")
                object.member("is_direct", true)
                object.memberIfPresent("reason", line)
            }
            do {
                try await setState("m.room.member", userID, content, in: roomID)
                return
            } catch let error as MatrixClientError where error.status == 400 || error.status == 403 {}
        }
        let body = JSONWriter.object { object in
            object.member("user_id", userID)
            object.memberIfPresent("reason", line)
        }
        _ = try await send("POST", Self.v3 + ["rooms", roomID, "invite"], body: body)
    }

    func join(_ roomID: String) async throws {
        _ = try await send("POST", Self.v3 + ["rooms", roomID, "join"], body: Array("{}".utf8))
    }

    func leave(_ roomID: String) async throws {
        _ = try await send("POST", Self.v3 + ["rooms", roomID, "leave"], body: Array("{}".utf8))
    }

    func setState(_ type: String, _ key: String, _ content: [UInt8], in roomID: String) async throws {
        var path = Self.v3 + ["rooms", roomID, "state", type]
        if !key.isEmpty { path.append(key) }
        _ = try await send("PUT", path, body: content)
    }

    /// `GET /members`: `m.room.member` events.
    func members(of roomID: String) async throws -> JSONValue {
        try await send("GET", Self.v3 + ["rooms", roomID, "members"])
    }

    /// `GET /messages`. - Parameter direction: `b` for older ones, `f` for newer ones.
    func messages(in roomID: String, from token: String, direction: String, limit: Int) async throws -> JSONValue {
        try await send(
            "GET", Self.v3 + ["rooms", roomID, "messages"],
            query: [("from", token), ("dir", direction), ("limit", String(limit))])
    }

    func context(of eventID: String, in roomID: String, limit: Int) async throws -> JSONValue {
        try await send(
            "GET", Self.v3 + ["rooms", roomID, "context", eventID], query: [("limit", String(limit))])
    }

    /// `GET /relations`, of a thread: newest first.
    func thread(_ rootID: String, in roomID: String, from token: String?) async throws -> JSONValue {
        let query = [("limit", "100")] + (token.map { [("from", $0)] } ?? [])
        return try await send(
            "GET", ["_matrix", "client", "v1", "rooms", roomID, "relations", rootID, "m.thread"], query: query)
    }

    func event(_ eventID: String, in roomID: String) async throws -> JSONValue {
        try await send("GET", Self.v3 + ["rooms", roomID, "event", eventID])
    }

    /// `GET /timestamp_to_event`: the first event at a time or after it.
    func event(at timestamp: Int64, in roomID: String) async throws -> String {
        try await send(
            "GET", ["_matrix", "client", "v1", "rooms", roomID, "timestamp_to_event"],
            query: [("ts", String(timestamp)), ("dir", "f")]
        ).required("event_id")
    }

    /// `PUT /send`. - Returns: the event id.
    func sendEvent(
        _ type: String, _ transactionID: String, _ content: [UInt8], in roomID: String, timeout: Duration = .seconds(60)
    ) async throws -> String {
        let path = Self.v3 + ["rooms", roomID, "send", type, transactionID]
        return try await send("PUT", path, body: content, timeout: timeout).required("event_id")
    }

    func redact(_ eventID: String, _ transactionID: String, _ content: [UInt8], in roomID: String) async throws
        -> String
    {
        try await send("PUT", Self.v3 + ["rooms", roomID, "redact", eventID, transactionID], body: content)
            .required("event_id")
    }

    func setTyping(_ isTyping: Bool, user: String, in roomID: String) async throws {
        let body = JSONWriter.object { object in
            object.member("typing", isTyping)
            if isTyping { object.member("timeout", 30_000) }
        }
        _ = try await send("PUT", Self.v3 + ["rooms", roomID, "typing", user], body: body)
    }

    /// `POST /read_markers`: where the member has read, for the others and for oneself.
    /// - Parameter isPublic: whether the others may know.
    func setRead(_ eventID: String, isPublic: Bool, in roomID: String) async throws {
        let body = JSONWriter.object { object in
            object.member("m.fully_read", eventID)
            object.member(isPublic ? "m.read" : "m.read.private", eventID)
        }
        _ = try await send("POST", Self.v3 + ["rooms", roomID, "read_markers"], body: body)
    }
}

extension JSONValue {
    /// The member's string.
    /// - Throws: ``ClientError/badAnswer`` when the answer has none.
    func required(_ key: String) throws -> String {
        guard let string = self[key]?.string else {
            throw ClientError.badAnswer
        }
        return string
    }
}
