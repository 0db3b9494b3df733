import Glibc

/// Percent-encoding (RFC 3986 section 2.1) and the query syntax of HTML forms.
package enum PercentEncoding {
    /// Decodes `%XX` and, if asked, `+` as a space.
    /// - Returns: nil when a `%` is not followed by two hexadecimal digits or the result is no UTF-8.
    package static func decode(_ text: some StringProtocol, plusAsSpace: Bool = false) -> String? {
        // Most names and values hold no escape at all.
        if !text.utf8.contains(where: { $0 == 0x25 || ($0 == 0x2b && plusAsSpace) }) { return String(text) }
        guard let bytes = decodeBytes(text.utf8, plusAsSpace: plusAsSpace) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Decodes to bytes, which need not be UTF-8; nil when an escape is malformed.
    package static func decodeBytes(_ text: some Collection<UInt8>, plusAsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == 0x25 {
                guard let high = iterator.next()?.hexDigitValue, let low = iterator.next()?.hexDigitValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte == 0x2b && plusAsSpace ? 0x20 : byte)
            }
        }
        return bytes
    }

    /// Encodes all but the unreserved characters (letters, digits, `-._~`): right for one path segment and for
    /// a name or value in a query.
    package static func encode(_ text: some StringProtocol) -> String {
        let digits = StaticString("0123456789ABCDEF")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(0x25)
                bytes.append(digits.utf8Start[Int(byte >> 4)])
                bytes.append(digits.utf8Start[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parameters of a query or of an `application/x-www-form-urlencoded` body, decoded, in order.
    ///
    /// Empty parts are skipped, a part without `=` has the empty value. A part with a malformed escape is left
    /// out: half-decoded text must never be taken for what the client meant.
    package static func queryItems(_ query: some StringProtocol) -> [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        for part in query.utf8.split(separator: 0x26) {
            let equals = part.firstIndex(of: 0x3d)
            let name = part[..<(equals ?? part.endIndex)]
            let value = equals.map { part[part.index(after: $0)...] } ?? part[part.endIndex...]
            if let name = decodeItem(name), let value = decodeItem(value) { items.append((name, value)) }
        }
        return items
    }

    /// The first value of a parameter; the same as in `queryItems`, of which no other is decoded.
    package static func queryValue(_ wanted: String, in query: UnsafeRawBufferPointer) -> String? {
        var start = 0
        while start < query.count {
            let end = firstIndex(of: 0x26, in: query, start..<query.count) ?? query.count
            let equals = firstIndex(of: 0x3d, in: query, start..<end)
            let name = UnsafeRawBufferPointer(rebasing: query[start..<(equals ?? end)])
            let value = UnsafeRawBufferPointer(rebasing: query[(equals.map { $0 + 1 } ?? end)..<end])
            if end > start, isName(name, wanted), let value = decodeItem(value) { return value }
            start = end + 1
        }
        return nil
    }

    private static func firstIndex(of byte: UInt8, in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard let base = bytes.baseAddress, let found = memchr(base + range.lowerBound, Int32(byte), range.count) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }

    private static func isName(_ name: UnsafeRawBufferPointer, _ wanted: String) -> Bool {
        let isPlain =
            firstIndex(of: 0x25, in: name, 0..<name.count) == nil
            && firstIndex(of: 0x2b, in: name, 0..<name.count) == nil
        guard isPlain else { return decodeItem(name) == wanted }
        var wanted = wanted
        return wanted.withUTF8 { wanted in
            guard wanted.count == name.count else { return false }
            guard let left = wanted.baseAddress, let right = name.baseAddress else { return true }
            return memcmp(left, right, name.count) == 0
        }
    }

    private static func decodeItem(_ text: some Collection<UInt8>) -> String? {
        guard let bytes = decodeBytes(text, plusAsSpace: true) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
        default: false
        }
    }
}
