import HTTP

/// An address to listen on, written `http://127.0.0.1:8008` or `https://[::]:443`.
package struct ListenerURL: Sendable, Hashable, CustomStringConvertible {
    package let isSecure: Bool
    /// A numeric address, IPv6 without brackets.
    package let host: String
    package let port: UInt16

    package init(isSecure: Bool, host: String, port: UInt16) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// Reads the written form. The host is a numeric address or `localhost` (127.0.0.1); the port may be
    /// left out (80, 443); a final slash is allowed. nil for everything else.
    package init?(_ text: String) {
        var rest: Substring
        if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        if rest.last == "/" { rest.removeLast() }

        let host: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard host.contains(":"), PeerAddress(host) != nil else { return nil }
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = rest[..<end] == "localhost" ? "127.0.0.1" : rest[..<end]
            rest = rest[end...]
            guard PeerAddress(host) != nil else { return nil }
        }
        self.host = String(host)

        if rest.isEmpty {
            port = isSecure ? 443 : 80
        } else {
            guard rest.first == ":", rest.dropFirst().allSatisfy(\.isASCIIDigit), let port = UInt16(rest.dropFirst())
            else { return nil }
            self.port = port
        }
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(bracketedHost):\(port)" }

    /// The host as it stands in URLs.
    package var bracketedHost: String { isIPv6 ? "[\(host)]" : host }
    package var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }
    /// Whether only programs on this machine reach it.
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
    /// Whether it takes connections to every address of the machine.
    package var isWildcard: Bool { host == "0.0.0.0" || host == "::" }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
