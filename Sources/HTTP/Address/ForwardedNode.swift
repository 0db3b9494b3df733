/// The syntax of the forwarding fields' elements (RFC 7239 sections 4 and 6).
enum ForwardedNode {
    /// The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`, with blanks
    /// around it; nil for anything else, also `unknown` and `_name`.
    static func address(_ text: some StringProtocol) -> PeerAddress? {
        let utf8 = Array(text.utf8)
        let node = utf8.withUnsafeBytes { String(decoding: $0.trimmed(), as: UTF8.self) }
        if node.hasPrefix("[") {
            guard let close = node.firstIndex(of: "]"), isPort(node[node.index(after: close)...]) else { return nil }
            let address = PeerAddress(node[node.index(after: node.startIndex)..<close])
            return node[..<close].contains(":") ? address : nil
        }
        if let address = PeerAddress(node) { return address }
        guard let colon = node.firstIndex(of: ":"), isPort(node[colon...]) else { return nil }
        return PeerAddress(node[..<colon])
    }

    /// Nothing, or a colon and 1 to 5 digits or an obfuscated port (`_` and some).
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.utf8.first else { return true }
        let port = text.utf8.dropFirst()
        guard colon == 0x3a, let first = port.first else { return false }
        return first == 0x5f ? port.count > 1 : port.count <= 5 && port.allSatisfy(ByteClass.isDigit)
    }

    /// The elements of a Forwarded value, the rightmost first, each as its pairs (names in lower case, values
    /// unquoted). An element that is malformed has no pairs.
    ///
    /// Quotes are matched from the right, so that an open one, sent by the client, cannot swallow what a proxy appended.
    static func elementsFromRight(_ bytes: [UInt8]) -> [[(name: String, value: String)]] {
        split(bytes[...], at: 0x2c).map { element in
            var pairs: [(name: String, value: String)] = []
            for part in split(element, at: 0x3b).reversed() {
                let part = trimmed(part)
                if part.isEmpty { continue }
                guard let pair = pair(part), !pairs.contains(where: { $0.name == pair.name }) else { return [] }
                pairs.append(pair)
            }
            return pairs
        }
    }

    private static func pair(_ bytes: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let equals = bytes.firstIndex(of: 0x3d) else { return nil }
        let name = bytes[..<equals]
        var value = bytes[(equals + 1)...]
        guard !name.isEmpty, name.allSatisfy(ByteClass.isToken) else { return nil }
        if value.first == 0x22 {
            guard value.count >= 2, value.last == 0x22, let text = unquoted(value.dropFirst().dropLast()) else {
                return nil
            }
            value = text[...]
        } else {
            // Not strictly tokens: many write ports and IPv6 addresses without quotes.
            guard value.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x22 }) else { return nil }
        }
        let lowerName = String(decoding: name.map(\.lowercasedASCII), as: UTF8.self)
        return (lowerName, String(decoding: value, as: UTF8.self))
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                text.append(byte)
                isEscaped = false
            } else if byte == 0x5c {
                isEscaped = true
            } else if byte == 0x22 {
                return nil
            } else {
                text.append(byte)
            }
        }
        return isEscaped ? nil : text
    }

    /// Splits from right to left at separators outside quotes.
    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var end = bytes.endIndex
        var isQuoted = false
        for index in bytes.indices.reversed() {
            let byte = bytes[index]
            if byte == 0x22 {
                // Within quotes, one behind an odd number of backslashes is text.
                let backslashes = bytes[bytes.startIndex..<index].reversed().prefix { $0 == 0x5c }.count
                if !isQuoted || backslashes.isMultiple(of: 2) { isQuoted.toggle() }
            } else if byte == separator && !isQuoted {
                parts.append(bytes[(index + 1)..<end])
                end = index
            }
        }
        parts.append(bytes[bytes.startIndex..<end])
        return parts
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first.isBlank { bytes.removeFirst() }
        while let last = bytes.last, last.isBlank { bytes.removeLast() }
        return bytes
    }
}
