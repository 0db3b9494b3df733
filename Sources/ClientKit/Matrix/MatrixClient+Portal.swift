import JSON

/// Mado's own endpoints of the portal.
extension MatrixClient {
    private static let mado = ["_mado", "v1"]

    /// `GET /portal`; nil where there is none.
    func portal() async throws -> JSONValue? {
        do {
            return try await send("GET", Self.mado + ["portal"])
        } catch let error as MatrixClientError where error.status == 404 {
            return nil
        }
    }

    /// `GET /feeds/{roomId}/series/{name}`, oldest first.
    func points(of series: String, in roomID: String, from: Int64, to: Int64) async throws -> [SeriesPoint] {
        let answer = try await send(
            "GET", Self.mado + ["feeds", roomID, "series", series],
            query: [("from", String(from)), ("to", String(to)), ("limit", "5000")])
        return answer["points"]?.array?.compactMap { point in
            var parts = point.array?.makeIterator()
            guard let timestamp = parts?.next()?.time, let text = parts?.next(),
                let value = text.string.flatMap({ Double($0) }) ?? text.double, value.isFinite
            else { return nil }
            return SeriesPoint(timestamp: timestamp, value: value)
        } ?? []
    }

    func setRoomAccountData(_ type: String, _ content: [UInt8], user: String, in roomID: String) async throws {
        _ = try await send(
            "PUT", ["_matrix", "client", "v3", "user", user, "rooms", roomID, "account_data", type], body: content)
    }

    /// `PUT /apps/{roomId}/submissions/{submissionId}`. - Returns: what became of it, as JSON.
    func submit(_ body: [UInt8], id: String, to roomID: String) async throws -> JSONValue {
        try await send("PUT", Self.mado + ["apps", roomID, "submissions", id], body: body)
    }

    /// `GET /apps/{roomId}/submissions`.
    func submissions(of roomID: String) async throws -> JSONValue {
        try await send("GET", Self.mado + ["apps", roomID, "submissions"])
    }

    func announce(_ draft: AnnouncementDraft) async throws -> JSONValue {
        try await send("POST", Self.mado + ["announcements"], body: draft.json)
    }

    /// `GET /announcements`: those that this member may change.
    func changeableAnnouncements() async throws -> JSONValue {
        try await send("GET", Self.mado + ["announcements"])
    }

    /// `PUT /announcements/{id}`.
    func changeAnnouncement(_ id: String, to draft: AnnouncementDraft) async throws {
        _ = try await send("PUT", Self.mado + ["announcements", id], body: draft.json)
    }

    /// `DELETE /announcements/{id}`.
    func withdrawAnnouncement(_ id: String) async throws {
        _ = try await send("DELETE", Self.mado + ["announcements", id])
    }

    func audiences() async throws -> JSONValue {
        try await send("GET", Self.mado + ["announcements", "audiences"])
    }

    func seen(_ eventID: String, in roomID: String) async throws -> JSONValue {
        try await send("GET", Self.mado + ["announcements", roomID, eventID, "seen"])
    }

    func report(_ outcome: Instruction.Outcome, detail: String?, of instructionID: String) async throws {
        let body = JSONWriter.object { object in
            object.member("outcome", outcome.rawValue)
            object.memberIfPresent("detail", detail)
        }
        _ = try await send("POST", Self.mado + ["instructions", instructionID, "outcome"], body: body)
    }
}
