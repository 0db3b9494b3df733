/// Sets of ASCII characters as bit masks in registers, and whole words of text checked at once.
enum ByteClass {
    /// The characters of a token (RFC 9110 section 5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        isMember(byte, low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    }

    /// The characters of a registered name that hosts really have: letters, digits, `-._~`. The sub-delims of
    /// RFC 3986 are left out: a comma or semicolon there is the trace of two fields made one.
    @inline(__always)
    static func isHostName(_ byte: UInt8) -> Bool {
        isMember(byte, low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    private static func isMember(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        byte < 0x80 && (byte < 0x40 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether all bytes may stand in a field value: visible ASCII, bytes from 0x80 on, space and tab.
    @inline(__always)
    static func isFieldValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Nearly every value is free of controls altogether; only tabs need the closer look.
        hasNoControls(bytes) || bytes.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
    }

    /// Whether all bytes may stand in a request target: visible ASCII without `#`.
    ///
    /// RFC 3986 allows fewer; but browsers send `|`, `^`, `[` and others as they are (WHATWG URL section 1.3),
    /// and people type JSON into a query with curl. None of these delimits anything in a request line.
    @inline(__always)
    static func isTarget(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // Below 0x21, 0x7f, '#', or with the high bit.
            let bad = below(word, 0x21) | equal(word, 0x7f) | equal(word, 0x23) | (word & highBits)
            if bad != 0 { return false }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x21 || byte >= 0x7f || byte == 0x23 { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func hasNoControls(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if below(word, 0x20) | equal(word, 0x7f) != 0 { return false }
            index += 8
        }
        while index < bytes.count {
            if bytes[index] < 0x20 || bytes[index] == 0x7f { return false }
            index += 1
        }
        return true
    }

    private static let lowBits: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Not 0 exactly if a byte of the word is below `limit` (at most 0x80).
    @inline(__always)
    private static func below(_ word: UInt64, _ limit: UInt64) -> UInt64 {
        (word &- lowBits &* limit) & ~word & highBits
    }

    /// Not 0 exactly if a byte of the word is `byte`.
    @inline(__always)
    private static func equal(_ word: UInt64, _ byte: UInt64) -> UInt64 {
        let difference = word ^ (lowBits &* byte)
        return (difference &- lowBits) & ~difference & highBits
    }
}
