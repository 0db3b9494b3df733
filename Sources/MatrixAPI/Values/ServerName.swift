/// The name of a server: a host, or an address, with or without a port. Case counts.
///
/// Source: Matrix specification, appendices, "Server Name".
package struct ServerName: Hashable, Sendable, CustomStringConvertible {
    package let string: String
    /// Without port; IPv6 addresses with their brackets.
    package let host: Substring
    package let port: UInt16?

    /// nil when the text is no server name.
    package init?(_ string: some StringProtocol) {
        let string = String(string)
        let bytes = string.utf8
        let hostEnd: String.Index
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = bytes.index(after: bracket)
            guard Self.isIPv6(bytes[bytes.index(after: bytes.startIndex)..<bracket]) else { return nil }
        } else {
            hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard Self.isName(bytes[..<hostEnd]) else { return nil }
        }
        if hostEnd == bytes.endIndex {
            port = nil
        } else {
            guard bytes[hostEnd] == UInt8(ascii: ":"), let port = Self.port(string[hostEnd...].dropFirst()) else {
                return nil
            }
            self.port = port
        }
        host = string[..<hostEnd]
        self.string = string
    }

    package var description: String { string }

    private static func port(_ text: Substring) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else { return nil }
        return UInt16(text)
    }

    /// A DNS name or an IPv4 address: what looks like an address must be one.
    private static func isName(_ bytes: Substring.UTF8View) -> Bool {
        guard (1...255).contains(bytes.count), bytes.allSatisfy(isNameCharacter) else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let looksLikeAddress = parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
        return !looksLikeAddress || isIPv4(bytes)
    }

    /// Eight groups of up to four hexadecimal digits, or fewer with `::` for those that are zero; an IPv4 address can
    /// take the place of the last two. Source: RFC 3513, section 2.2.
    private static func isIPv6(_ bytes: Substring.UTF8View) -> Bool {
        guard (2...45).contains(bytes.count) else { return false }
        let colon = UInt8(ascii: ":")
        guard let gap = bytes.indices.first(where: { bytes[$0...].starts(with: [colon, colon]) }) else {
            return groups(bytes, endingInIPv4: true) == 8
        }
        guard let before = groups(bytes[..<gap], endingInIPv4: false),
            let after = groups(bytes[gap...].dropFirst(2), endingInIPv4: true)
        else { return false }
        return before + after <= 7
    }

    /// How many groups stand there; nil when something else does.
    private static func groups(_ bytes: Substring.UTF8View, endingInIPv4: Bool) -> Int? {
        guard !bytes.isEmpty else { return 0 }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let isGroup = { (part: Substring.UTF8View) in (1...4).contains(part.count) && part.allSatisfy(isHexDigit) }
        if parts.allSatisfy(isGroup) { return parts.count }
        guard endingInIPv4, let last = parts.last, isIPv4(last), parts.dropLast().allSatisfy(isGroup) else {
            return nil
        }
        return parts.count + 1
    }

    private static func isIPv4(_ bytes: Substring.UTF8View) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(isDigit)
                    && part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
