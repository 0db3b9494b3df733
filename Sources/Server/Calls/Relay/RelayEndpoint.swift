import HTTP
import JSON
import MatrixAPI

/// `GET /_matrix/client/v3/voip/turnServer`: a name and password for the relay, good for a while.
///
/// Whoever is logged out or suspended gets none. Source: Client-Server API, "VoIP".
package struct RelayEndpoint: RouteProviding {
    /// nil: there is no relay, and the empty answer says so.
    private let port: RelayPort?
    private let uris: [String]
    /// Whether the URIs lead to this server's own relay.
    private let isOwn: Bool
    private let lifetime: Int64
    private let clock: WallClock

    /// - Parameter ownURI: what leads to this server's port; nil where clients cannot reach it so.
    package init(_ settings: CallSettings, port: RelayPort?, ownURI: String?, clock: WallClock) {
        self.port = port
        uris = settings.uris.isEmpty ? [ownURI].compactMap { $0 } : settings.uris
        isOwn = settings.uris.isEmpty
        lifetime = settings.credentialLifetime.components.seconds
        self.clock = clock
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/voip/turnServer", authentication: .membersOnly) { request in
            try request.requireNotSuspended()
            guard let port, !uris.isEmpty, port.isOpen || !isOwn else { return .empty }
            let (name, password) = port.credentials.make(for: request.user, expiry: clock.now / 1000 + lifetime)
            return .object { object in
                object.member("username", name)
                object.member("password", password)
                object.array("uris") { list in for uri in uris { list.value(uri) } }
                object.member("ttl", lifetime)
            }
        }
    }

    /// `turns:HOST:PORT?transport=tcp` for the base URL that clients use; nil where a listener of ours does not end what
    /// they open: a proxy that speaks HTTP does not pass TURN on.
    package static func uri(_ configuration: ServerConfiguration) -> String? {
        let listener = configuration.listeners.first(where: \.isSecure) ?? configuration.listeners.first
        guard let listener, listener.isSecure || configuration.trustedProxies.isEmpty else { return nil }
        let base = configuration.publicURL
        let isSecure = base.hasPrefix("https://")
        guard isSecure == listener.isSecure else { return nil }
        let authority = base.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" }
        let hasPort = authority.last != "]" && authority.split(separator: "]").last?.contains(":") == true
        let scheme = isSecure ? "turns" : "turn"
        return "\(scheme):\(authority)\(hasPort ? "" : isSecure ? ":443" : ":80")?transport=tcp"
    }
}
