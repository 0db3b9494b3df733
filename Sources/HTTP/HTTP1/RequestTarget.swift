import Glibc

/// A request target taken apart (RFC 9112 section 3.2, RFC 9113 section 8.3.1 for `:path`).
package struct RequestTarget: Sendable, Hashable {
    /// Whole, as received.
    package let text: String
    /// Still percent-encoded.
    package let path: String
    /// Where in `text` the query starts, behind its `?`, in bytes.
    package let queryOffset: Int?
    /// Host and port of the absolute form; nil for the others.
    package let authority: String?

    /// `/`
    static let root = RequestTarget(text: "/", path: "/", queryOffset: nil, authority: nil)

    /// - Throws: `malformedTarget` for anything but the origin form, the absolute form of http and https without
    ///   userinfo, and `*` for OPTIONS; `connectRefused` for CONNECT with an authority.
    package init(_ bytes: UnsafeRawBufferPointer, method: HTTPMethod) throws(HTTP1Error) {
        guard let first = bytes.first, ByteClass.isTarget(bytes) else { throw .malformedTarget }
        if case .other("CONNECT") = method {
            throw HostAuthority.isValid(bytes, requiresPort: true) ? .connectRefused : .malformedTarget
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if first == 0x2f {
            self.init(text: text, bytes, pathOffset: 0, authority: nil)
        } else if bytes.count == 1 && first == 0x2a && method == .options {
            self.init(text: text, path: text, queryOffset: nil, authority: nil)
        } else {
            try self.init(absolute: bytes, text: text, method: method)
        }
    }

    private init(absolute bytes: UnsafeRawBufferPointer, text: String, method: HTTPMethod) throws(HTTP1Error) {
        let schemes: [StaticString] = ["http://", "https://"]
        let scheme = schemes.first {
            bytes.slice(0, min(bytes.count, $0.utf8CodeUnitCount)).equalsIgnoringCase($0)
        }
        guard let start = scheme?.utf8CodeUnitCount else { throw .malformedTarget }
        let end = bytes[start...].firstIndex { $0 == 0x2f || $0 == 0x3f } ?? bytes.count
        let authority = bytes.slice(start, end)
        guard HostAuthority.isValid(authority) else { throw .malformedTarget }
        let host = String(decoding: authority, as: UTF8.self)
        if end < bytes.count && bytes[end] == 0x2f {
            self.init(text: text, bytes, pathOffset: end, authority: host)
        } else {
            // An empty path means the root, or with OPTIONS the server as a whole (section 3.2.4).
            let queryOffset = end < bytes.count ? end + 1 : nil
            let path = method == .options && queryOffset == nil ? "*" : "/"
            self.init(text: text, path: path, queryOffset: queryOffset, authority: host)
        }
    }

    private init(text: String, _ bytes: UnsafeRawBufferPointer, pathOffset: Int, authority: String?) {
        let query = bytes.position(of: 0x3f, from: pathOffset)
        if query == nil && pathOffset == 0 {
            self.init(text: text, path: text, queryOffset: nil, authority: authority)
        } else {
            let path = String(decoding: bytes.slice(pathOffset, query ?? bytes.count), as: UTF8.self)
            self.init(text: text, path: path, queryOffset: query.map { $0 + 1 }, authority: authority)
        }
    }

    private init(text: String, path: String, queryOffset: Int?, authority: String?) {
        self.text = text
        self.path = path
        self.queryOffset = queryOffset
        self.authority = authority
    }
}

/// `host [":" port]` as it stands in Host, in an absolute target and in `:authority` (RFC 3986 section 3.2).
package enum HostAuthority {
    /// Whether this is a host name, IPv4 address or bracketed IPv6 address with an optional port up to 65535.
    /// Refused: the empty host, userinfo (any `@`), IPvFuture and zones, percent-encoding.
    /// - Parameter requiresPort: for CONNECT, where the port may not be left out.
    package static func isValid(_ bytes: UnsafeRawBufferPointer, requiresPort: Bool = false) -> Bool {
        guard let first = bytes.first else { return false }
        var index = 0
        if first == 0x5b {
            guard let close = bytes.firstIndex(of: 0x5d) else { return false }
            let address = PeerAddress(String(decoding: bytes[1..<close], as: UTF8.self))
            guard address != nil, bytes[1..<close].contains(0x3a) else { return false }
            index = close + 1
        } else {
            while index < bytes.count, ByteClass.isHostName(bytes[index]) { index += 1 }
            guard index > 0 else { return false }
        }
        if index == bytes.count { return !requiresPort }
        guard bytes[index] == 0x3a else { return false }
        guard index + 1 < bytes.count, bytes.count - index <= 6 else { return false }
        var port = 0
        for digit in bytes.slice(index + 1, bytes.count) {
            guard ByteClass.isDigit(digit) else { return false }
            port = port * 10 + Int(digit - 0x30)
        }
        return port <= 65_535
    }
}
