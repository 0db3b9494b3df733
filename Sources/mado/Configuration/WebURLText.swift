import Server

/// Web addresses as they are written in a configuration.
enum WebURLText {
    /// The address of a page; nil when it is no http or https URL with a host, or has spaces.
    @Sendable static func page(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard ServerConfiguration.isServerName(String(authority)) else { return nil }
        return rest.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? text : nil
    }

    /// The base URL without a final slash; nil when it is no http or https URL with a host, or has a query.
    @Sendable static func base(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard ServerConfiguration.isServerName(String(authority)) else { return nil }
        let isPlain = rest.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        guard isPlain else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
