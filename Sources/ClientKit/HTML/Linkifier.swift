/// Finds addresses in text.
enum Linkifier {
    /// Whether a link may be opened: nothing that could start a program or run a script.
    static func isSafe(_ link: String) -> Bool {
        let lower = link.prefix(8).lowercased()
        return (lower.hasPrefix("https://") || lower.hasPrefix("http://") || lower.hasPrefix("mailto:"))
            && link.utf8.count <= 2048 && link.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    /// The span, cut where addresses stand in it.
    static func spans(_ span: MessageSpan) -> [MessageSpan] {
        guard span.link == nil, span.style.isDisjoint(with: [.code, .mention]),
            span.text.utf8.contains(UInt8(ascii: ":"))
        else { return [span] }
        var found: [MessageSpan] = []
        var pending = ""
        var rest = span.text[...]
        while !rest.isEmpty {
            let end = rest.firstIndex { $0.isWhitespace } ?? rest.endIndex
            let word = rest[..<end]
            if let (before, link) = link(in: word) {
                pending += before
                if !pending.isEmpty { found.append(MessageSpan(text: pending, style: span.style)) }
                found.append(MessageSpan(text: String(link), style: span.style, link: String(link)))
                pending = String(word[link.endIndex...])
            } else {
                pending += word
            }
            let next = rest[end...].firstIndex { !$0.isWhitespace } ?? rest.endIndex
            pending += rest[end..<next]
            rest = rest[next...]
        }
        if !pending.isEmpty { found.append(MessageSpan(text: pending, style: span.style)) }
        return found
    }

    private static func closesMore(_ text: Substring) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ")") } > text.utf8.count { $0 == UInt8(ascii: "(") }
    }

    /// What stands before the address in the word, and the address without the punctuation that follows it.
    private static func link(in word: Substring) -> (Substring, Substring)? {
        let lower = word.lowercased()
        guard lower.utf8.count == word.utf8.count, let range = lower.firstRange(of: "http") else { return nil }
        let offset = lower.utf8.distance(from: lower.startIndex, to: range.lowerBound)
        let start = word.utf8.index(word.startIndex, offsetBy: offset)
        var link = word[start...]
        let after = link.lowercased()
        guard after.hasPrefix("https://") || after.hasPrefix("http://") else { return nil }
        while let last = link.last, ".,;:!?'\"»”’>".contains(last) || (last == ")" && closesMore(link)) {
            link = link.dropLast()
        }
        guard link.utf8.count > 8, isSafe(String(link)) else { return nil }
        return (word[..<start], link)
    }
}
