internal import CCurl

/// An absolute `http` or `https` URL (or one of a proxy) taken apart by libcurl, so that both understand the same by it.
package struct ParsedURL: Sendable, Equatable {
    package let scheme: String
    /// In lower case, without the brackets of an IPv6 address.
    package let host: String
    /// The scheme's own where none is written.
    package let port: Int
    package let user: String?
    package let password: String?

    /// nil for what is no absolute URL.
    package init?(_ text: String) {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = Self.part(handle, CURLUPART_SCHEME), let host = Self.part(handle, CURLUPART_HOST),
            !host.isEmpty
        else { return nil }
        self.scheme = scheme.lowercased()
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.host = bare.lowercased()
        let ports = ["http": 80, "https": 443]
        port =
            Self.part(handle, CURLUPART_PORT).flatMap { Int($0) } ?? ports[scheme.lowercased()]
            ?? (scheme.hasPrefix("socks") ? 1080 : 0)
        user = Self.part(handle, CURLUPART_USER, UInt32(CURLU_URLDECODE))
        password = Self.part(handle, CURLUPART_PASSWORD, UInt32(CURLU_URLDECODE))
    }

    /// Scheme, host and port: what a password or a token may be shown to.
    package var origin: String { "\(scheme)://\(authority)" }

    /// `host:port`, with brackets around an IPv6 address.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Where `location` leads when it stands in an answer to `base`; nil for what leads nowhere.
    package static func resolve(_ location: String, against base: String) -> String? {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, base, 0) == CURLUE_OK,
            curl_url_set(handle, CURLUPART_URL, location, 0) == CURLUE_OK
        else { return nil }
        return part(handle, CURLUPART_URL)
    }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
