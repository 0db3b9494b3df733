internal import CurlKit
import Glibc

/// For which servers no proxy is used: `no_proxy` of the environment, `ignore-hosts` of the desktop.
///
/// A pattern is `*`, a domain (with or without `.` or `*.` before it; it means the domain itself and all below it),
/// an address, a range of addresses (`10.0.0.0/8`, `fd00::/8`), each with `:port` behind it or not, or `<local>` for
/// names without a dot.
struct ProxyBypass: Sendable, Equatable {
    let patterns: [String]

    init(_ patterns: [String]) {
        self.patterns = patterns.map { $0.trimming().lowercased() }.filter { !$0.isEmpty }
    }

    /// Separated by commas or white space.
    init(list: String) {
        self.init(list.split { $0 == "," || $0 == ";" || $0.isWhitespace }.map(String.init))
    }

    func covers(host: String, port: Int) -> Bool {
        patterns.contains { Self.matches($0, host: host, port: port) }
    }

    private static func matches(_ pattern: String, host: String, port: Int) -> Bool {
        if pattern == "*" { return true }
        if pattern == "<local>" { return !host.contains(".") && !host.contains(":") }
        if let slash = pattern.firstIndex(of: "/") {
            guard let bits = Int(pattern[pattern.index(after: slash)...]),
                let range = bytes(of: unbracketed(String(pattern[..<slash]))), let address = bytes(of: host)
            else { return false }
            return range.count == address.count && equal(range, address, bits: bits)
        }
        let (name, wantedPort) = split(pattern)
        if let wantedPort, wantedPort != port { return false }
        if let wanted = bytes(of: name) { return bytes(of: host) == wanted }
        var domain = Substring(name)
        if domain.hasPrefix("*") { domain = domain.dropFirst() }
        if domain.hasPrefix(".") { domain = domain.dropFirst() }
        let bare = host.hasSuffix(".") ? String(host.dropLast()) : host
        return !domain.isEmpty && (bare == domain || bare.hasSuffix("." + domain))
    }

    /// The pattern's name and its port, if it has one; the colons of a bare IPv6 address are none.
    private static func split(_ pattern: String) -> (String, Int?) {
        guard let colon = pattern.lastIndex(of: ":"), let port = Int(pattern[pattern.index(after: colon)...]) else {
            return (unbracketed(pattern), nil)
        }
        let name = String(pattern[..<colon])
        if name.contains(":"), !name.hasPrefix("[") { return (pattern, nil) }
        return (unbracketed(name), port)
    }

    private static func unbracketed(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    /// The bytes of an address, IPv4 or IPv6.
    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
        return nil
    }

    private static func equal(_ left: [UInt8], _ right: [UInt8], bits: Int) -> Bool {
        guard (0...left.count * 8).contains(bits) else { return false }
        let whole = bits / 8
        guard left[..<whole] == right[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (left[whole] ^ right[whole]) >> UInt8(8 - rest) == 0
    }
}
