/// Reads the HTML of messages into blocks and spans, of which nothing but text, look and safe links is left.
///
/// Every tag that is not on the specification's list is left out, with its content where that is text for people. The
/// time that it takes grows with the length of the text, whatever that is; nesting deeper than 24 is flattened.
///
/// Source: Client-Server API, "m.room.message msgtypes", allowed HTML.
package enum MessageHTML {
    /// - Parameter html: `formatted_body` of `org.matrix.custom.html`.
    package static func parse(_ html: String) -> [MessageBlock] {
        var builder = MessageBlockBuilder()
        var reader = HTMLReader(html)
        while let token = reader.next() {
            switch token {
            case .text(let text): builder.text(text)
            case .open(let name, let attributes): builder.open(name, attributes)
            case .close(let name): builder.close(name)
            }
        }
        return builder.finish()
    }

    /// Spans in whose place something else stands where they are spoilers.
    /// - Parameter link: what the replacement leads to.
    package static func hidingSpoilers(_ spans: [MessageSpan], link: String?) -> [MessageSpan] {
        spans.map { span in
            guard span.style.contains(.spoiler) else { return span }
            // It says nothing of what is there but roughly how much.
            let length = min(12, max(4, span.text.count))
            return MessageSpan(text: String(repeating: "▒", count: length), link: link)
        }
    }

    /// Text for lists, notifications and screen readers: the plain one, and where something in the message is a spoiler,
    /// the message's without it.
    package static func shownText(plain: String, html: String?) -> String {
        guard let html, html.contains("data-mx-spoiler") else { return plain }
        return parse(html).map(text).joined(separator: "\n")
    }

    private static func text(_ block: MessageBlock) -> String {
        switch block {
        case .paragraph(let spans), .heading(_, let spans):
            hidingSpoilers(spans, link: nil).map(\.text).joined()
        case .code(let text): text
        case .quote(let blocks): blocks.map(text).joined(separator: "\n")
        case .list(_, let items): items.map { $0.map(text).joined(separator: "\n") }.joined(separator: "\n")
        case .rule: ""
        }
    }

    /// Text without HTML: its lines as they are, with links found.
    package static func parse(plain: String) -> [MessageBlock] {
        [.paragraph(Linkifier.spans(MessageSpan(text: plain)))]
    }
}

/// Splits HTML into tags and text. Never fails: what is no tag is text.
struct HTMLReader {
    enum Token: Equatable {
        case text(String)
        case open(String, [String: String])
        case close(String)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ html: String) { bytes = Array(html.utf8) }

    mutating func next() -> Token? {
        guard position < bytes.count else { return nil }
        if bytes[position] == UInt8(ascii: "<"), let token = tag() { return token }
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
        return .text(HTMLEntities.decode(bytes[start..<position]))
    }

    /// nil when it is none; the position is then where it was.
    private mutating func tag() -> Token? {
        let start = position
        var index = position + 1
        if bytes[index...].starts(with: "!--".utf8) {
            return comment(from: index + 3)
        }
        let closes = index < bytes.count && bytes[index] == UInt8(ascii: "/")
        if closes { index += 1 }
        let nameStart = index
        while index < bytes.count, Self.isNameByte(bytes[index]) { index += 1 }
        guard index > nameStart, index - nameStart <= 20 else { return nil }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self).lowercased()
        var attributes: [String: String] = [:]
        while index < bytes.count, bytes[index] != UInt8(ascii: ">") {
            // A tag that does not end is text.
            if bytes[index] == UInt8(ascii: "<") || index - start > 4096 { return nil }
            guard let (key, value) = attribute(&index) else {
                index += 1
                continue
            }
            if attributes.count < 16 { attributes[key] = value }
        }
        guard index < bytes.count else { return nil }
        position = index + 1
        return closes ? .close(name) : .open(name, attributes)
    }

    private mutating func comment(from start: Int) -> Token {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "-"), bytes[index...].starts(with: "-->".utf8) {
                position = index + 3
                return .text("")
            }
            index += 1
        }
        position = bytes.count
        return .text("")
    }

    private func attribute(_ index: inout Int) -> (String, String)? {
        let start = index
        while index < bytes.count, Self.isNameByte(bytes[index]) { index += 1 }
        guard index > start else { return nil }
        let key = String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { return (key, "") }
        index += 1
        guard index < bytes.count else { return (key, "") }
        let quote = bytes[index]
        var end = index
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            index += 1
            end = index
            while end < bytes.count, bytes[end] != quote { end += 1 }
            let value = HTMLEntities.decode(bytes[index..<end])
            index = min(bytes.count, end + 1)
            return (key, value)
        }
        while end < bytes.count, bytes[end] != UInt8(ascii: ">"), bytes[end] > 0x20 { end += 1 }
        let value = HTMLEntities.decode(bytes[index..<end])
        index = end
        return (key, value)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
}

/// Characters written by name or number.
enum HTMLEntities {
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{a0}", "hellip": "…", "mdash": "—",
        "ndash": "–", "copy": "©", "euro": "€", "laquo": "«", "raquo": "»", "times": "×",
    ]

    static func decode(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "&"), let (text, end) = entity(bytes, at: index) {
                decoded += Array(text.utf8)
                index = end
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func entity(_ bytes: ArraySlice<UInt8>, at start: Int) -> (String, Int)? {
        let limit = min(bytes.endIndex, start + 12)
        guard let end = bytes[start..<limit].firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        if let text = named[name] { return (text, end + 1) }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let number, number != 0, let scalar = Unicode.Scalar(number) else { return nil }
        return (String(Character(scalar)), end + 1)
    }
}
