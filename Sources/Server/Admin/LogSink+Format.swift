extension LogSink {
    static func appendText(
        to line: inout [UInt8], _ time: String, _ level: LogLevel, _ message: String, _ request: UInt64?,
        _ fields: [(String, String)]
    ) {
        line.append(contentsOf: time.utf8)
        line.append(UInt8(ascii: " "))
        line.append(contentsOf: level.rawValue.utf8)
        line.append(UInt8(ascii: " "))
        appendOneLine(message, to: &line)
        if let request { line.append(contentsOf: " request=\(request)".utf8) }
        for (name, value) in fields {
            line.append(UInt8(ascii: " "))
            line.append(contentsOf: name.utf8)
            line.append(UInt8(ascii: "="))
            let needsQuotes =
                value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == 0x7F }
            if needsQuotes { appendQuoted(value, to: &line) } else { line.append(contentsOf: value.utf8) }
        }
    }

    static func appendJSON(
        to line: inout [UInt8], _ time: String, _ level: LogLevel, _ message: String, _ request: UInt64?,
        _ fields: [(String, String)]
    ) {
        line.append(contentsOf: #"{"time":""#.utf8)
        line.append(contentsOf: time.utf8)
        line.append(contentsOf: #"","level":""#.utf8)
        line.append(contentsOf: level.rawValue.utf8)
        line.append(contentsOf: #"","message":"#.utf8)
        appendQuoted(message, to: &line)
        if let request { line.append(contentsOf: #","request":\#(request)"#.utf8) }
        for (name, value) in fields {
            line.append(UInt8(ascii: ","))
            appendQuoted(name, to: &line)
            line.append(UInt8(ascii: ":"))
            appendQuoted(value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    /// Control characters are escaped: what a peer sends must not be able to forge a line or drive a terminal.
    private static func appendOneLine(_ text: String, to line: inout [UInt8]) {
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F { appendEscape(byte, to: &line) } else { line.append(byte) }
        }
    }

    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line.append(UInt8(ascii: "\\"))
                line.append(byte)
            case 0..<0x20, 0x7F: appendEscape(byte, to: &line)
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(_ byte: UInt8, to line: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        line.append(contentsOf: "\\u00".utf8)
        line.append(digits[Int(byte >> 4)])
        line.append(digits[Int(byte & 15)])
    }
}
