internal import CurlKit

/// The way that a request takes.
enum ProxyRoute: Sendable, Equatable {
    case direct
    case proxy(ProxyAddress)

    var proxy: ProxyAddress? {
        if case .proxy(let address) = self { address } else { nil }
    }
}

/// A proxy, with what authenticates to it.
struct ProxyAddress: Sendable, Equatable {
    /// With scheme, host and port, without credentials.
    let url: String
    var user: String?
    var password: String?
    /// Speaks HTTP: it authenticates by header, and a TLS connection goes through it by `CONNECT`.
    let isHTTP: Bool

    /// - Parameter text: a URL, or `host:port` for an HTTP proxy. SOCKS 4 and 5 without the `h` or `a` that makes the
    ///   proxy resolve names get it, because behind a proxy names often cannot be resolved.
    init?(_ text: String) {
        let text = text.hasSuffix("/") && !text.hasSuffix("://") ? String(text.dropLast()) : text
        guard let parsed = ParsedURL(text.contains("://") ? text : "http://" + text) else { return nil }
        let schemes = [
            "http": "http", "https": "https", "socks": "socks5h", "socks5": "socks5h", "socks5h": "socks5h",
            "socks4": "socks4a", "socks4a": "socks4a",
        ]
        guard let scheme = schemes[parsed.scheme], parsed.port != 0 else { return nil }
        url = "\(scheme)://\(parsed.authority)"
        isHTTP = scheme.hasPrefix("http")
        user = parsed.user
        password = parsed.password
    }
}
