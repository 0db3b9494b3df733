import JSON

/// Second servers, and showing to them who one is.
extension MatrixClient {
    private static let sessions = ["_mado", "v1", "sessions", "servers"]

    /// `GET /_mado/v1/sessions/servers`.
    func secondServers() async throws -> JSONValue { try await send("GET", Self.sessions) }

    /// `PUT /_mado/v1/sessions/servers/{name}`.
    func setRefused(_ isRefused: Bool, secondServer name: String) async throws {
        _ = try await send("PUT", Self.sessions + [name], body: JSONWriter.object { $0.member("refused", isRefused) })
    }

    /// `POST /user/{userId}/openid/request_token`: what shows to somebody else who the member is. Good once, for a short
    /// time, and for nothing but that.
    func openIDToken(of user: String) async throws -> JSONValue {
        try await send(
            "POST", ["_matrix", "client", "v3", "user", user, "openid", "request_token"], body: Array("{}".utf8))
    }
}
