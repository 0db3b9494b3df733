import JSON

/// Where relays are, and how this member enters them for a while.
///
/// Source: Client-Server API, `GET /voip/turnServer`.
package struct TURNServers: Sendable, Equatable {
    /// `turn:`, `turns:` and `stun:` addresses.
    package var addresses: [String] = []
    package var userName = ""
    package var password = ""
    /// Seconds.
    package var lifetime: Int64 = 0

    package init() {}

    init(_ value: JSONValue) {
        addresses = value["uris"]?.array?.compactMap(\.string).filter { $0.utf8.count < 500 }.prefix(8).map { $0 } ?? []
        userName = value["username"]?.string ?? ""
        password = value["password"]?.string ?? ""
        lifetime = value["ttl"]?.int ?? 0
    }
}

extension MatrixClient {
    /// None where the server has none.
    func turnServers() async throws -> TURNServers {
        do {
            let answer = try await send(
                "GET", ["_matrix", "client", "v3", "voip", "turnServer"], timeout: .seconds(5))
            return TURNServers(answer)
        } catch let error as MatrixClientError where error.status == 404 {
            return TURNServers()
        }
    }
}
