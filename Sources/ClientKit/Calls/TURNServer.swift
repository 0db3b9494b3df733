import JSON

/// A relay that the server names, with the name and password for it.
package struct TURNServer: Sendable, Equatable {
    package var username: String
    package var password: String
    package var uris: [String]
    /// How long the name and password are good from when this was given.
    package var lifetime: Duration

    package init(username: String, password: String, uris: [String], lifetime: Duration) {
        self.username = username
        self.password = password
        self.uris = uris
        self.lifetime = lifetime
    }

    /// Whether it says the same, but for how long.
    func isSame(as other: TURNServer) -> Bool {
        (username, password, uris) == (other.username, other.password, other.uris)
    }

    /// The URL that leads to a relay over TCP: `https` for TURN within TLS, before `http` for TURN as it is; nil when none
    /// of the URIs is such a one.
    var tunnelURL: String? {
        for (scheme, url) in [("turns:", "https://"), ("turn:", "http://")] {
            for uri in uris where uri.hasPrefix(scheme) {
                let parts = uri.dropFirst(scheme.count).split(separator: "?", maxSplits: 1)
                // Without a word, TURN is UDP and TURN within TLS is TCP (RFC 7065).
                let transport = parts.count > 1 ? String(parts[1]) : scheme == "turns:" ? "transport=tcp" : ""
                guard let authority = parts.first, transport == "transport=tcp" else { continue }
                let hasPort = authority.last != "]" && authority.split(separator: "]").last?.contains(":") == true
                return url + authority + (hasPort ? "" : scheme == "turns:" ? ":5349" : ":3478")
            }
        }
        return nil
    }
}

extension MatrixClient {
    /// `GET /_matrix/client/v3/voip/turnServer`. Without a relay there are no URIs.
    package func turnServer(timeout: Duration = .seconds(60)) async throws -> TURNServer {
        let answer = try await send("GET", ["_matrix", "client", "v3", "voip", "turnServer"], timeout: timeout)
        return TURNServer(
            username: answer["username"]?.string ?? "", password: answer["password"]?.string ?? "",
            uris: answer["uris"]?.array.map { $0.compactMap(\.string) } ?? [],
            lifetime: .seconds(max(0, answer["ttl"]?.int ?? 0)))
    }
}

/// Keeps what the server said of its relay until shortly before that ends.
package actor TURNServerCache {
    private let client: MatrixClient
    private let now: @Sendable () -> ContinuousClock.Instant
    /// `until` is half of its time.
    private var kept: (server: TURNServer, until: ContinuousClock.Instant)?

    package init(client: MatrixClient) {
        self.init(client: client, now: { ContinuousClock.now })
    }

    init(client: MatrixClient, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.client = client
        self.now = now
    }

    /// The server may be another now, which does not know the name and password any more.
    package func forget() { kept = nil }

    /// nil when the server has no relay. A connection that is made now has half of the lifetime at least; what is left of
    /// it is in the answer.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func turnServer(timeout: Duration = .seconds(60)) async throws -> TURNServer? {
        if let kept, kept.until > now() {
            var server = kept.server
            server.lifetime = server.lifetime / 2 + (kept.until - now())
            return server
        }
        kept = nil
        let server = try await client.turnServer(timeout: timeout)
        guard !server.uris.isEmpty else { return nil }
        kept = (server, now() + server.lifetime / 2)
        return server
    }
}
