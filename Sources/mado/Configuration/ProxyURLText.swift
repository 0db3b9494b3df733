/// Addresses of proxies as they are written in a configuration.
enum ProxyURLText {
    /// The text itself; nil when it is no URL of a kind of proxy that there is, with a host and nothing behind.
    @Sendable static func proxy(_ text: String) -> String? {
        guard let scheme = ["http://", "https://", "socks5h://"].first(where: text.hasPrefix),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return WebURLText.base("http://" + host).flatMap { $0.dropFirst(7).contains("/") ? nil : text }
    }
}
