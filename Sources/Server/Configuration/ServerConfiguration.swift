package import HTTP
package import Outbound

/// What the administrator decides about a server. Plain values with defaults; where they come from (file,
/// environment, command line) is the executable's concern.
package struct ServerConfiguration: Sendable, Equatable {
    /// The part behind the colon in every identifier (`@hanako:example.org`). Must never change once data exists.
    package var serverName = "localhost"
    /// The folder that holds everything the server keeps.
    package var dataFolder = "data"
    /// Addresses on which clients are served. Not empty.
    package var listeners = [ListenerURL(isSecure: true, host: "127.0.0.1", port: 8443)]
    /// Peers whose word is believed about who connected to them.
    package var trustedProxies: [AddressRange] = []
    /// Which header those proxies write. Only one is believed: a proxy passes on what it does not know.
    package var proxyHeader = ProxyHeader.xForwardedFor
    /// The base URL that clients are told in `.well-known/matrix/client`; nil: derived, see `publicURL`.
    package var wellKnownBaseURL: String?
    /// Whether an empty server is filled with example members, rooms and conversations at start.
    package var isDemo = false
    package var registration = RegistrationSettings()
    package var rooms = RoomSettings()
    package var portal = PortalSettings()
    package var support = SupportSettings()
    package var applicationServices = ApplicationServiceSettings()
    package var providers = ProviderSettings()
    package var media = MediaSettings()
    package var outbound = OutboundSettings()
    package var mail = MailSettings()
    package var previews = PreviewSettings()
    package var tls = TLSSettings()
    package var http = HTTPSettings()
    package var limits = RateLimits()
    package var presence = PresenceSettings()
    package var sync = SyncSettings()
    package var sessions = SessionSettings()
    package var calls = CallSettings()
    package var log = LogSettings()
    package var metrics = MetricsSettings()

    package init() {}

    /// How proxies say who connected to them.
    package enum ProxyHeader: String, Sendable, CaseIterable {
        /// `X-Forwarded-For` and `X-Forwarded-Proto`, what nearly all write.
        case xForwardedFor = "x-forwarded-for"
        /// `Forwarded` (RFC 7239).
        case forwarded
    }

    /// The base URL under which clients reach the server: the one configured, or the first listener's port
    /// (a secure one if there is one) at the host of the server name.
    package var publicURL: String {
        if let wellKnownBaseURL { return wellKnownBaseURL }
        guard let listener = listeners.first(where: \.isSecure) ?? listeners.first else {
            return "https://\(serverName)"
        }
        let host = Self.host(of: serverName)
        let scheme = listener.isSecure ? "https" : "http"
        let isDefaultPort = listener.port == (listener.isSecure ? 443 : 80)
        return isDefaultPort ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(listener.port)"
    }

    /// The server name without its port; brackets around an IPv6 address stay.
    package static func host(of serverName: String) -> Substring {
        if serverName.hasPrefix("["), let end = serverName.firstIndex(of: "]") { return serverName[...end] }
        return serverName.prefix { $0 != ":" }
    }

    /// Whether `name` is a server name. Source: Matrix specification, appendices, "Server Name".
    package static func isServerName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 230 else { return false }
        let host = Self.host(of: name)
        let rest = name[host.endIndex...]
        if !rest.isEmpty {
            guard rest.first == ":", (1...5).contains(rest.count - 1), UInt16(rest.dropFirst()) != nil else {
                return false
            }
        }
        if host.hasPrefix("[") {
            let address = host.dropFirst().dropLast()
            return address.contains(":") && PeerAddress(address) != nil
        }
        return !host.isEmpty
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
