import JSON

extension JSONValue {
    /// Parses what a server answers. Escaped halves of surrogate pairs, which no text can hold, become replacement
    /// characters: one message with such a thing must not keep away everything that comes with it and after it.
    static func parse(answer: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONValue {
        do throws(JSONError) {
            return try parse(answer, limits: limits)
        } catch {
            guard case .loneSurrogate = error else { throw error }
            return try parse(LoneSurrogates.replaced(in: answer), limits: limits)
        }
    }

    /// Milliseconds since 1970, within ±2⁵³: whatever a server tells, the difference of two times is a number.
    var time: Int64? { int.map { max(-1 << 53, min($0, 1 << 53)) } }
}

private enum LoneSurrogates {
    static func replaced(in answer: [UInt8]) -> [UInt8] {
        var text = answer
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard let unit = unit(of: text, at: index) else {
                index += 2
                continue
            }
            if unit & 0xF800 != 0xD800 {
                index += 6
            } else if unit < 0xDC00, let second = self.unit(of: text, at: index + 6), second & 0xFC00 == 0xDC00 {
                index += 12
            } else {
                text.replaceSubrange(index + 2..<index + 6, with: "fffd".utf8)
                index += 6
            }
        }
        return text
    }

    /// The code unit of an escape with a number; nil when none stands there.
    private static func unit(of text: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in text[index + 2..<index + 6] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
