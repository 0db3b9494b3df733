/// The few signs of Markdown that people write in chats, as HTML of the specification's allowed tags: `**bold**`,
/// `*italic*` or `_italic_`, `~~struck~~`, `` `code` ``, fences of three back-ticks, `[text](https://…)`, lists, `> `
/// quotes, and names of those who are mentioned as links to them.
///
/// Takes time linear in the text: what has no end is found out once for each sign.
enum LightMarkdown {
    /// Somebody who is mentioned, and how the text names them.
    struct Mention: Sendable, Equatable {
        var userID: String
        var name: String

        func isNamed(in text: String) -> Bool { text.contains(userID) || !name.isEmpty && text.contains(name) }
    }

    /// nil when the text has nothing of it: then it is sent as it is.
    static func html(_ text: String, mentions: [Mention] = []) -> String? {
        guard text.utf8.count <= longest else { return nil }
        var block = BlockWriter(mentions: mentions)
        block.write(text.split(separator: "\n", omittingEmptySubsequences: false), depth: 0)
        return block.hasMarkup ? block.html : nil
    }

    /// Bytes; an event has no room for more.
    private static let longest = 60_000

    /// Addresses that may become links.
    static func isAllowed(_ address: Substring) -> Bool {
        let start = address.prefix(8).lowercased()
        return ["https://", "http://", "mailto:"].contains { start.hasPrefix($0) && address.count > $0.count }
            && !address.contains { $0.isWhitespace }
    }

    static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension LightMarkdown {
    /// Lines become blocks.
    private struct BlockWriter {
        let mentions: [Mention]
        var html = ""
        var hasMarkup = false

        mutating func write(_ lines: [Substring], depth: Int) {
            var index = 0
            var isAfterLine = false
            while index < lines.count {
                let line = lines[index]
                if line.hasPrefix("```"), let end = lines[(index + 1)...].firstIndex(where: { $0 == "```" }) {
                    writeCode(lines[(index + 1)..<end], language: line.dropFirst(3))
                    index = end + 1
                    isAfterLine = false
                } else if line.hasPrefix(">"), depth < 4 {
                    let end = lines[index...].firstIndex { !$0.hasPrefix(">") } ?? lines.count
                    hasMarkup = true
                    html += "<blockquote>"
                    write(lines[index..<end].map { $0.dropFirst().drop { $0 == " " } }, depth: depth + 1)
                    html += "</blockquote>"
                    index = end
                    isAfterLine = false
                } else if let isOrdered = Self.item(line)?.isOrdered {
                    let end = lines[index...].firstIndex { Self.item($0)?.isOrdered != isOrdered } ?? lines.count
                    writeList(lines[index..<end], isOrdered: isOrdered)
                    index = end
                    isAfterLine = false
                } else {
                    if isAfterLine { html += "<br>" }
                    writeInline(line)
                    index += 1
                    isAfterLine = true
                }
            }
        }

        private mutating func writeCode(_ lines: ArraySlice<Substring>, language: Substring) {
            hasMarkup = true
            let isName =
                !language.isEmpty && language.utf8.count <= 30 && language.allSatisfy { $0.isLetter || $0.isNumber }
            html += isName ? "<pre><code class=\"language-\(language)\">" : "<pre><code>"
            html += escape(lines.joined(separator: "\n"))
            html += "</code></pre>"
        }

        private mutating func writeList(_ lines: ArraySlice<Substring>, isOrdered: Bool) {
            hasMarkup = true
            html += isOrdered ? "<ol>" : "<ul>"
            for line in lines {
                html += "<li>"
                writeInline(Self.item(line)?.text ?? line)
                html += "</li>"
            }
            html += isOrdered ? "</ol>" : "</ul>"
        }

        private mutating func writeInline(_ line: Substring) {
            var inline = InlineWriter(mentions: mentions)
            inline.write(line, depth: 0)
            html += inline.html
            hasMarkup = hasMarkup || inline.hasMarkup
        }

        /// `- `, `* ` or a number with `. ` at the beginning.
        private static func item(_ line: Substring) -> (isOrdered: Bool, text: Substring)? {
            if line.hasPrefix("- ") || line.hasPrefix("* ") { return (false, line.dropFirst(2)) }
            let digits = line.prefix { $0.isASCII && $0.isNumber }
            guard (1...3).contains(digits.count), line.dropFirst(digits.count).hasPrefix(". ") else { return nil }
            return (true, line.dropFirst(digits.count + 2))
        }
    }

    /// Signs within a line become tags.
    private struct InlineWriter {
        let mentions: [Mention]
        var html = ""
        var hasMarkup = false
        /// Signs that have no end in the rest of the line.
        private var absent: Set<String> = []

        private static let signs: [(sign: String, tag: String)] = [
            ("**", "strong"), ("__", "strong"), ("~~", "del"), ("*", "em"), ("_", "em"),
        ]

        init(mentions: [Mention]) { self.mentions = mentions }

        mutating func write(_ text: Substring, depth: Int) {
            var rest = text
            var before: Character?
            var plain = ""
            while let character = rest.first {
                if let (end, markup) = markup(at: rest, before: before, depth: depth) {
                    html += escape(plain) + markup
                    plain = ""
                    hasMarkup = true
                    before = rest[..<end].last
                    rest = rest[end...]
                } else {
                    plain.append(character)
                    before = character
                    rest = rest.dropFirst()
                }
            }
            html += escape(plain)
        }

        private mutating func markup(
            at rest: Substring, before: Character?, depth: Int
        ) -> (end: String.Index, html: String)? {
            let isAtWord = before.map { !$0.isLetter && !$0.isNumber } ?? true
            switch rest.first {
            case "`": return code(at: rest)
            case "[": return link(at: rest, depth: depth)
            case "*", "_", "~":
                guard depth < 6, rest.first != "_" || isAtWord else { return nil }
                return emphasis(at: rest, depth: depth)
            default: return isAtWord ? mention(at: rest) : nil
            }
        }

        private mutating func code(at rest: Substring) -> (end: String.Index, html: String)? {
            guard let end = find("`", in: rest.dropFirst()), end > rest.index(after: rest.startIndex) else {
                return nil
            }
            let inner = rest[rest.index(after: rest.startIndex)..<end]
            return (rest.index(after: end), "<code>\(escape(inner))</code>")
        }

        private mutating func emphasis(at rest: Substring, depth: Int) -> (end: String.Index, html: String)? {
            for (sign, tag) in Self.signs where rest.hasPrefix(sign) {
                let inside = rest.dropFirst(sign.count)
                guard let first = inside.first, !first.isWhitespace, String(first) != sign.prefix(1) else { continue }
                guard let end = find(sign, in: inside), end > inside.startIndex,
                    let last = inside[..<end].last, !last.isWhitespace
                else { continue }
                var inner = InlineWriter(mentions: mentions)
                inner.write(inside[..<end], depth: depth + 1)
                return (rest.index(end, offsetBy: sign.count), "<\(tag)>\(inner.html)</\(tag)>")
            }
            return nil
        }

        private mutating func link(at rest: Substring, depth: Int) -> (end: String.Index, html: String)? {
            guard depth < 6, let close = find("](", in: rest.dropFirst()) else { return nil }
            let addressStart = rest.index(close, offsetBy: 2)
            guard let end = find(")", in: rest[addressStart...]) else { return nil }
            let address = rest[addressStart..<end]
            guard isAllowed(address) else { return nil }
            let text = rest[rest.index(after: rest.startIndex)..<close]
            guard !text.isEmpty else { return nil }
            return (rest.index(after: end), "<a href=\"\(escape(address))\">\(escape(text))</a>")
        }

        private func mention(at rest: Substring) -> (end: String.Index, html: String)? {
            for mention in mentions {
                for spelling in [mention.userID, "@" + mention.name, mention.name]
                where !spelling.isEmpty && rest.hasPrefix(spelling) {
                    let end = rest.index(rest.startIndex, offsetBy: spelling.count)
                    if end < rest.endIndex, rest[end].isLetter || rest[end].isNumber { continue }
                    let name = mention.name.isEmpty ? mention.userID : mention.name
                    return (end, "<a href=\"https://matrix.to/#/\(escape(mention.userID))\">\(escape(name))</a>")
                }
            }
            return nil
        }

        /// Where a sign stands next; remembers that there is none.
        private mutating func find(_ sign: String, in text: Substring) -> String.Index? {
            if absent.contains(sign) { return nil }
            var rest = text
            while let index = rest.firstIndex(of: sign.first ?? " ") {
                if rest[index...].hasPrefix(sign) { return index }
                rest = rest[rest.index(after: index)...]
            }
            absent.insert(sign)
            return nil
        }
    }
}
