import Glibc

extension UInt8 {
    /// The byte with A-Z put into lower case.
    @inline(__always)
    var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit, nil for any other byte.
    @inline(__always)
    var hexDigitValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }

    /// SP or HTAB, the optional whitespace of RFC 9110 section 5.6.3.
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}

extension String {
    /// The string with A-Z, and nothing else, put into lower case.
    func lowercasedASCII() -> String {
        guard utf8.contains(where: { $0 &- 0x41 < 26 }) else { return self }
        return String(decoding: utf8.map(\.lowercasedASCII), as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the UTF-8 bytes of `text`.
    @inline(__always)
    func equals(_ text: String) -> Bool {
        guard count == text.utf8.count else { return false }
        guard let base = baseAddress else { return true }
        var text = text
        return text.withUTF8 { memcmp(base, UnsafeRawPointer($0.baseAddress) ?? base, count) == 0 }
    }

    /// Whether these are the bytes of `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        guard let base = baseAddress else { return true }
        return memcmp(base, text.utf8Start, count) == 0
    }

    /// Whether these bytes with A-Z put into lower case are those of `text`.
    @inline(__always)
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<count where self[index].lowercasedASCII != expected[index] { return false }
        return true
    }

    /// The bytes from `start` to before `end`, as a buffer of their own.
    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// Without blanks at both ends.
    @inline(__always)
    func trimmed() -> UnsafeRawBufferPointer {
        var (start, end) = (0, count)
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return slice(start, end)
    }

    /// Where `byte` is first found at or behind `start`.
    @inline(__always)
    func position(of byte: UInt8, from start: Int = 0) -> Int? {
        guard let base = baseAddress, start < count else { return nil }
        guard let found = memchr(base + start, Int32(byte), count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Whether `element` (lower case) is one of the comma-separated elements.
    func hasListElement(_ element: StaticString) -> Bool {
        var start = 0
        while true {
            let end = position(of: 0x2c, from: start) ?? count
            if slice(start, end).trimmed().equalsIgnoringCase(element) { return true }
            if end == count { return false }
            start = end + 1
        }
    }
}
