internal import CurlKit

/// Which proxy is to be used for what, before anything is evaluated.
enum ProxyRules: Sendable, Equatable {
    case direct
    /// A proxy for each scheme (`http`, `https`); `other` for those without one of their own.
    case fixed(byScheme: [String: ProxyAddress], other: ProxyAddress?, bypass: ProxyBypass)
    /// A file that says it for each server.
    case automatic(url: String)
    /// A proxy is set, but not so that it could be used.
    case unusable(String)

    /// - Parameters:
    ///   - environment: looks up a variable.
    ///   - desktop: what the desktop's settings say; asked only when the environment says nothing.
    init(
        _ settings: NetworkSettings, environment: (String) -> String?, desktop: () -> ProxyRules
    ) {
        switch settings.proxy {
        case .none: self = .direct
        case .manual(let url):
            guard let address = ProxyAddress(url) else {
                self = .unusable("no address of a proxy: \(Self.withoutCredentials(url))")
                return
            }
            self = .fixed(byScheme: [:], other: address, bypass: ProxyBypass([]))
        case .automatic(let url): self = .automatic(url: url)
        case .system: self = Self.environment(environment) ?? desktop()
        }
    }

    /// nil when the environment says nothing. `HTTP_PROXY` in capitals is not asked, as everywhere: a CGI program's
    /// environment has what the other side put there.
    private static func environment(_ look: (String) -> String?) -> ProxyRules? {
        func value(_ names: String...) -> String? {
            for name in names {
                if let text = look(name)?.trimming(), !text.isEmpty { return text }
            }
            return nil
        }
        var byScheme: [String: ProxyAddress] = [:]
        for (scheme, text) in [
            ("https", value("https_proxy", "HTTPS_PROXY")), ("http", value("http_proxy")),
        ] {
            guard let text else { continue }
            guard let address = ProxyAddress(text) else {
                return .unusable("\(scheme)_proxy is no address of a proxy: \(withoutCredentials(text))")
            }
            byScheme[scheme] = address
        }
        var other: ProxyAddress?
        if let text = value("all_proxy", "ALL_PROXY") {
            guard let address = ProxyAddress(text) else {
                return .unusable("all_proxy is no address of a proxy: \(withoutCredentials(text))")
            }
            other = address
        }
        guard other != nil || !byScheme.isEmpty else { return nil }
        return .fixed(
            byScheme: byScheme, other: other, bypass: ProxyBypass(list: value("no_proxy", "NO_PROXY") ?? ""))
    }

    private static func withoutCredentials(_ text: String) -> Substring {
        text.split(separator: "@").last ?? Substring(text)
    }
}
