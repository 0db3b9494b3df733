/// Takes HTML apart into tags and text, as browsers do with what is broken: nothing fails, every byte is looked at a
/// bounded number of times.
struct HTMLScanner: Sendable {
    enum Token: Sendable {
        /// Decoded text, as UTF-8.
        case text([UInt8])
        /// Names are in small letters, values decoded.
        case start(String, [(name: String, value: String)])
        case end(String)
    }

    /// More attributes of one tag are not looked at.
    private static let maximumAttributes = 64

    private let bytes: [UInt8]
    private var place = 0

    init(_ html: String) { bytes = Array(html.utf8) }

    /// nil at the end.
    mutating func next() -> Token? {
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<") else { return text(from: place) }
            if let token = tag() { return token }
            // A comment or the like: nothing of it.
            if isMarkup { skipMarkup() } else { return text(from: place, including: 1) }
        }
        return nil
    }

    /// Goes on behind the end tag of an element, or at the end of all.
    mutating func skip(toEndOf name: String) {
        let wanted = Array("</\(name)".utf8)
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "<"), place + wanted.count <= bytes.count,
                zip(bytes[place...], wanted).allSatisfy({ Self.lower($0) == $1 })
            {
                while place < bytes.count, bytes[place] != UInt8(ascii: ">") { place += 1 }
                place = min(place + 1, bytes.count)
                return
            }
            place += 1
        }
    }

    private mutating func text(from start: Int, including first: Int = 0) -> Token {
        place = start + first
        while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
        return .text(Array(HTMLEntities.decode(bytes[start..<place]).utf8))
    }

    /// Whether `<!` or `<?` stands here.
    private var isMarkup: Bool {
        place + 1 < bytes.count && (bytes[place + 1] == UInt8(ascii: "!") || bytes[place + 1] == UInt8(ascii: "?"))
    }

    private mutating func skipMarkup() {
        let isComment = bytes[place...].starts(with: Array("<!--".utf8))
        place += isComment ? 4 : 2
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: ">"),
                !isComment || (bytes[place - 1] == UInt8(ascii: "-") && bytes[place - 2] == UInt8(ascii: "-"))
            {
                break
            }
            place += 1
        }
        place = min(place + 1, bytes.count)
    }

    /// A start or end tag; nil, with nothing read, when none stands here.
    private mutating func tag() -> Token? {
        var at = place + 1
        let isEnd = at < bytes.count && bytes[at] == UInt8(ascii: "/")
        if isEnd { at += 1 }
        guard at < bytes.count, Self.isLetter(bytes[at]) else { return nil }
        var name: [UInt8] = []
        while at < bytes.count, !Self.isSpace(bytes[at]), bytes[at] != UInt8(ascii: ">"), bytes[at] != UInt8(ascii: "/")
        {
            name.append(Self.lower(bytes[at]))
            at += 1
        }
        var attributes: [(name: String, value: String)] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: ">") {
            if Self.isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "/") {
                at += 1
            } else if let attribute = attribute(&at), attributes.count < Self.maximumAttributes {
                attributes.append(attribute)
            }
        }
        place = min(at + 1, bytes.count)
        let text = String(decoding: name, as: UTF8.self)
        return isEnd ? .end(text) : .start(text, attributes)
    }

    private func attribute(_ at: inout Int) -> (name: String, value: String)? {
        let start = at
        repeat { at += 1 } while at < bytes.count && !Self.endsName(bytes[at])
        let name = String(decoding: bytes[start..<at].map(Self.lower), as: UTF8.self)
        var after = at
        while after < bytes.count, Self.isSpace(bytes[after]) { after += 1 }
        guard after < bytes.count, bytes[after] == UInt8(ascii: "=") else { return (name, "") }
        at = after + 1
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
        guard at < bytes.count else { return nil }
        let quote = bytes[at]
        let value: Int
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            at += 1
            value = at
            while at < bytes.count, bytes[at] != quote { at += 1 }
            defer { at = min(at + 1, bytes.count) }
            return (name, HTMLEntities.decode(bytes[value..<at]))
        }
        value = at
        while at < bytes.count, !Self.isSpace(bytes[at]), bytes[at] != UInt8(ascii: ">") { at += 1 }
        return (name, HTMLEntities.decode(bytes[value..<at]))
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
    }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(lower(byte)) }
    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

/// Character references of HTML.
enum HTMLEntities {
    /// The longest name, and digits of a number, that are looked at.
    private static let maximumLength = 10

    private static let names: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{a0}", "copy": "©", "reg": "®",
        "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«",
        "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£", "yen": "¥", "deg": "°", "times": "×",
        "trade": "™", "sect": "§", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü",
        "szlig": "ß", "eacute": "é", "egrave": "è", "aacute": "á", "iacute": "í", "oacute": "ó", "uacute": "ú",
        "ntilde": "ñ", "ccedil": "ç", "agrave": "à", "shy": "\u{ad}",
    ]

    /// Text with its character references replaced; those that nobody knows stay as they are.
    static func decode(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var at = text.startIndex
        while at < text.endIndex {
            guard text[at] == UInt8(ascii: "&"), let (character, end) = reference(text, at + 1) else {
                decoded.append(text[at])
                at += 1
                continue
            }
            decoded.append(contentsOf: character.utf8)
            at = end
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func reference(_ text: ArraySlice<UInt8>, _ start: Int) -> (String, Int)? {
        let limit = min(text.endIndex, start + maximumLength)
        guard start < limit, let end = text[start..<limit].firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: text[start..<end], as: UTF8.self)
        if let character = names[name] { return (character, end + 1) }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let isHexadecimal = digits.hasPrefix("x") || digits.hasPrefix("X")
        guard let number = UInt32(isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10),
            number >= 0x20 || number == 0x09 || number == 0x0a, let scalar = Unicode.Scalar(number)
        else { return nil }
        return (String(Character(scalar)), end + 1)
    }
}
