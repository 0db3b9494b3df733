/// How an account reaches its server.
package struct NetworkSettings: Sendable, Equatable {
    package enum Proxy: Sendable, Equatable {
        /// The environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), else the desktop's settings.
        case system
        /// Directly.
        case none
        /// `http://`, `https://`, `socks5h://` (the proxy resolves names), `socks5://` or `host:port` for HTTP.
        case manual(url: String)
        /// An automatic configuration file (PAC): `http://`, `https://`, `file://` or a path.
        case automatic(url: String)
    }

    package var proxy: Proxy
    package var proxyUser: String?
    package var proxyPassword: String?
    /// PEM file with authorities that are trusted besides the system's.
    package var authorityFile: String?

    package init(
        proxy: Proxy = .system, proxyUser: String? = nil, proxyPassword: String? = nil, authorityFile: String? = nil
    ) {
        self.proxy = proxy
        self.proxyUser = proxyUser
        self.proxyPassword = proxyPassword
        self.authorityFile = authorityFile
    }
}

extension NetworkSettings: CustomStringConvertible {
    /// Without the password, so that it reaches no log.
    package var description: String {
        "proxy \(proxy), user \(proxyUser ?? "none"), authorities \(authorityFile ?? "system")"
    }
}
