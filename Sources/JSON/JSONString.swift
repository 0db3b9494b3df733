/// The text of strings: scanning, decoding and encoding. Works on bytes; makes no `String`.
enum JSONString {
    /// The first byte from `start` on that a plain ASCII run does not hold: a quote, a backslash, a control character
    /// or a byte of a longer UTF-8 sequence; the text's count if there is none.
    @inline(__always)
    static func indexOfSpecial(in text: Span<UInt8>, from start: Int) -> Int {
        var index = start
        // Eight bytes at once. A subtraction borrows into the sign bit of each byte that matches; a borrow can only
        // disturb bytes after the first match, and only the first is used.
        while index + 8 <= text.count {
            let word = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = (word ^ (ones &* 0x22)) &- ones
            let backslashes = (word ^ (ones &* 0x5C)) &- ones
            let controls = word &- (ones &* 0x20)
            let found = (quotes | backslashes | controls | word) & (ones &* 0x80)
            if found != 0 { return index + found.trailingZeroBitCount >> 3 }
            index += 8
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index += 1
        }
        return index
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// The value of four hexadecimal digits, or nil. The text must hold four bytes from `index` on.
    static func hexadecimal(_ text: Span<UInt8>, at index: Int) -> UInt32? {
        var value: UInt32 = 0
        for position in index..<index + 4 {
            let digit: UInt8
            switch text[position] {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6: digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Appends what a string's contents (the text between its quotes, already checked by the parser) stand for.
    static func appendDecoded(_ contents: Range<Int>, of text: Span<UInt8>, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + contents.count)
        var index = contents.lowerBound
        while index < contents.upperBound {
            let byte = text[index]
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                index += 1
                continue
            }
            let escape = text[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "u"): appendScalar(text, &index, to: &output)
            default: output.append(escape)
            }
        }
    }

    /// Appends the scalar of a `\u` escape, whose digits start at `index`, or of a pair of them.
    private static func appendScalar(_ text: Span<UInt8>, _ index: inout Int, to output: inout [UInt8]) {
        var scalar = hexadecimal(text, at: index) ?? 0xFFFD
        index += 4
        if scalar & 0xFC00 == 0xD800 {
            let low = hexadecimal(text, at: index + 2) ?? 0xDC00
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
            index += 6
        }
        switch scalar {
        case 0..<0x80:
            output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(0xC0 | UInt8(scalar >> 6))
            output.append(continuation(scalar))
        case 0x800..<0x10000:
            output.append(0xE0 | UInt8(scalar >> 12))
            output.append(continuation(scalar >> 6))
            output.append(continuation(scalar))
        default:
            output.append(0xF0 | UInt8(scalar >> 18))
            output.append(continuation(scalar >> 12))
            output.append(continuation(scalar >> 6))
            output.append(continuation(scalar))
        }
    }

    private static func continuation(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(bits & 0x3F) }

    /// Appends UTF-8 as a quoted string with the fewest escapes: those of canonical JSON (Matrix specification,
    /// appendices, canonical JSON, grammar).
    static func appendQuoted(_ utf8: Span<UInt8>, to output: inout [UInt8]) {
        var index = indexOfSpecial(in: utf8, from: 0)
        if index == utf8.count { return appendPlain(utf8, to: &output) }
        output.append(UInt8(ascii: "\""))
        var plain = 0
        while true {
            index = indexOfSpecial(in: utf8, from: index)
            guard index < utf8.count else { break }
            let byte = utf8[index]
            index += 1
            if byte >= 0x80 { continue }
            append(utf8.extracting(plain..<index - 1), to: &output)
            appendEscape(byte, to: &output)
            plain = index
        }
        append(utf8.extracting(plain..<index), to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// Appends a string that needs no escape, the usual case, with one check of the capacity.
    private static func appendPlain(_ utf8: Span<UInt8>, to output: inout [UInt8]) {
        output.append(addingCapacity: utf8.count + 2) { quoted in
            quoted.append(UInt8(ascii: "\""))
            utf8.withUnsafeBufferPointer { source in
                quoted.withUnsafeMutableBufferPointer { target, count in
                    _ = target[count...].update(fromContentsOf: source)
                    count += source.count
                }
            }
            quoted.append(UInt8(ascii: "\""))
        }
    }

    @inline(__always)
    private static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0..<0x20:
            let digit = byte & 0x0F
            output.append(UInt8(ascii: "u"))
            output.append(UInt8(ascii: "0"))
            output.append(UInt8(ascii: "0"))
            output.append(UInt8(ascii: "0") + byte >> 4)
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        default: output.append(byte)
        }
    }
}
