extension JSONParser {
    /// Checks a string from its opening quote on and leaves `position` after its closing quote.
    /// - Returns: whether it has an escape.
    mutating func scanString(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        var hasEscape = false
        var index = position + 1
        while true {
            index = JSONString.indexOfSpecial(in: text, from: index)
            guard index < text.count else { throw .unexpectedEnd(offset: index) }
            switch text[index] {
            case UInt8(ascii: "\""):
                position = index + 1
                return hasEscape
            case UInt8(ascii: "\\"):
                hasEscape = true
                index = try Self.checkEscape(text, at: index)
            case 0..<0x20:
                throw .controlCharacter(offset: index)
            default:
                repeat {
                    index = try Self.checkSequence(text, at: index)
                } while index < text.count && text[index] >= 0x80
            }
        }
    }

    /// Checks the escape at `index`; a surrogate pair counts as one.
    /// - Returns: the index after it.
    private static func checkEscape(_ text: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        guard index + 1 < text.count else { throw .unexpectedEnd(offset: text.count) }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            let unit = try hexadecimal(text, at: index + 2)
            if unit & 0xF800 != 0xD800 { return index + 6 }
            guard unit < 0xDC00, index + 7 < text.count, text[index + 6] == UInt8(ascii: "\\"),
                text[index + 7] == UInt8(ascii: "u")
            else { throw .loneSurrogate(offset: index) }
            guard try hexadecimal(text, at: index + 8) & 0xFC00 == 0xDC00 else { throw .loneSurrogate(offset: index) }
            return index + 12
        default:
            throw .invalidEscape(offset: index)
        }
    }

    private static func hexadecimal(_ text: Span<UInt8>, at index: Int) throws(JSONError) -> UInt32 {
        guard index + 4 <= text.count else { throw .unexpectedEnd(offset: text.count) }
        guard let unit = JSONString.hexadecimal(text, at: index) else { throw .invalidEscape(offset: index - 2) }
        return unit
    }

    /// Checks one UTF-8 sequence of two to four bytes (Unicode, table 3-7: no overlong form, no surrogate, nothing
    /// above U+10FFFF).
    /// - Returns: the index after it.
    private static func checkSequence(_ text: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        let length: Int
        let second: ClosedRange<UInt8>
        switch text[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw .invalidUTF8(offset: index)
        }
        guard index + length <= text.count, second.contains(text[index + 1]) else { throw .invalidUTF8(offset: index) }
        for next in index + 2..<index + length where text[next] & 0xC0 != 0x80 { throw .invalidUTF8(offset: index) }
        return index + length
    }
}
