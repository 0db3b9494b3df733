/// Makes blocks of the tags and texts of a message.
struct MessageBlockBuilder {
    private enum Kind: Equatable { case root, quote, orderedList, unorderedList, item }
    private struct Container {
        let kind: Kind
        var blocks: [MessageBlock] = []
        var items: [[MessageBlock]] = []
    }
    private struct Inline {
        let tag: String
        let style: MessageSpan.Style
        let link: String?
    }

    private static let depthLimit = 24
    /// What is inside is not for people.
    private static let dropped: Set<String> = ["mx-reply", "script", "style", "head", "title", "iframe", "object"]
    private static let styles: [String: MessageSpan.Style] = [
        "b": .bold, "strong": .bold, "i": .italic, "em": .italic, "u": .underline, "s": .strike, "del": .strike,
        "strike": .strike, "code": .code, "tt": .code, "th": .bold, "summary": .bold,
    ]

    private var containers = [Container(kind: .root)]
    private var inline: [Inline] = []
    private var spans: [MessageSpan] = []
    private var headingLevel = 0
    private var preformatted: String?
    /// How many tags are open whose content is left out.
    private var dropping: [String] = []

    mutating func text(_ text: String) {
        guard dropping.isEmpty, !text.isEmpty else { return }
        if preformatted != nil {
            preformatted? += text
            return
        }
        let collapsed = Self.collapsed(text, atStart: spans.last.map { $0.text.last?.isWhitespace == true } ?? true)
        append(collapsed)
    }

    private mutating func append(_ text: String) {
        guard !text.isEmpty else { return }
        var style: MessageSpan.Style = []
        var link: String?
        for part in inline {
            style.formUnion(part.style)
            if let target = part.link { link = target }
        }
        if let last = spans.last, last.style == style, last.link == link {
            spans[spans.count - 1].text += text
        } else {
            spans.append(MessageSpan(text: text, style: style, link: link))
        }
    }

    mutating func open(_ name: String, _ attributes: [String: String]) {
        if Self.dropped.contains(name) { return dropping.append(name) }
        guard dropping.isEmpty, preformatted == nil else { return }
        switch name {
        case "p", "div", "table", "tr", "details", "caption": flush()
        case "br": append("\n")
        case "hr":
            flush()
            add(.rule)
        case "h1", "h2", "h3", "h4", "h5", "h6":
            flush()
            headingLevel = Int(name.dropFirst()) ?? 1
        case "pre":
            flush()
            preformatted = ""
        case "blockquote": push(.quote)
        case "ol": push(.orderedList)
        case "ul": push(.unorderedList)
        case "li":
            flush()
            if containers.last?.kind == .item { pop(.item) }
            if [.orderedList, .unorderedList].contains(containers.last?.kind) { push(.item) }
        case "td", "th":
            if !spans.isEmpty { append(" \u{2003}") }
            inline.append(Inline(tag: name, style: Self.styles[name] ?? [], link: nil))
        case "img": append(attributes["alt"] ?? attributes["title"] ?? "")
        case "a": openLink(attributes["href"] ?? "")
        case "span":
            let isSpoiler = attributes["data-mx-spoiler"] != nil
            inline.append(Inline(tag: name, style: isSpoiler ? .spoiler : [], link: nil))
        default:
            if let style = Self.styles[name] { inline.append(Inline(tag: name, style: style, link: nil)) }
        }
        // Nobody writes so; what comes after goes without a look of its own.
        if inline.count > 64 { inline.removeLast() }
    }

    mutating func close(_ name: String) {
        if let last = dropping.last {
            if last == name { dropping.removeLast() }
            return
        }
        if let text = preformatted {
            guard name == "pre" else { return }
            preformatted = nil
            let code = text.hasSuffix("\n") ? String(text.dropLast()) : text
            if !code.isEmpty { add(.code(code)) }
            return
        }
        switch name {
        case "p", "div", "table", "tr", "details", "caption", "h1", "h2", "h3", "h4", "h5", "h6": flush()
        case "blockquote": pop(.quote)
        case "ol": pop(.orderedList)
        case "ul": pop(.unorderedList)
        case "li": if containers.last?.kind == .item { pop(.item) }
        default:
            if let index = inline.lastIndex(where: { $0.tag == name }) { inline.remove(at: index) }
        }
    }

    mutating func finish() -> [MessageBlock] {
        if let text = preformatted, !text.isEmpty { add(.code(text)) }
        preformatted = nil
        flush()
        while containers.count > 1, let last = containers.last { pop(last.kind) }
        return containers[0].blocks
    }

    // MARK: Parts

    private mutating func openLink(_ target: String) {
        if Self.isMention(target) {
            inline.append(Inline(tag: "a", style: .mention, link: nil))
        } else {
            inline.append(Inline(tag: "a", style: [], link: Linkifier.isSafe(target) ? target : nil))
        }
    }

    private static func isMention(_ link: String) -> Bool {
        link.hasPrefix("https://matrix.to/#/@") || link.hasPrefix("https://matrix.to/#/%40")
            || link.hasPrefix("matrix:u/")
    }

    private mutating func push(_ kind: Kind) {
        flush()
        guard containers.count < Self.depthLimit else { return }
        containers.append(Container(kind: kind))
    }

    private mutating func pop(_ kind: Kind) {
        flush()
        guard containers.count > 1, containers.contains(where: { $0.kind == kind }) else { return }
        while containers.count > 1 {
            let last = containers.removeLast()
            switch last.kind {
            case .root: break
            case .quote: if !last.blocks.isEmpty { add(.quote(last.blocks)) }
            case .item: containers[containers.count - 1].items.append(last.blocks)
            case .orderedList, .unorderedList:
                let items = last.items.filter { !$0.isEmpty }
                if !items.isEmpty { add(.list(ordered: last.kind == .orderedList, items)) }
            }
            if last.kind == kind { return }
        }
    }

    private mutating func add(_ block: MessageBlock) { containers[containers.count - 1].blocks.append(block) }

    private mutating func flush() {
        defer {
            spans = []
            headingLevel = 0
        }
        var content = spans
        while let first = content.first, first.text.allSatisfy(\.isWhitespace) { content.removeFirst() }
        while let last = content.last, last.text.allSatisfy(\.isWhitespace) { content.removeLast() }
        guard !content.isEmpty else { return }
        content[0].text = String(content[0].text.drop(while: \.isWhitespace))
        while content[content.count - 1].text.last?.isWhitespace == true {
            content[content.count - 1].text.removeLast()
        }
        let linked = content.flatMap(Linkifier.spans)
        add(headingLevel > 0 ? .heading(level: headingLevel, linked) : .paragraph(linked))
    }

    /// Runs of white space become one space.
    private static func collapsed(_ text: String, atStart: Bool) -> String {
        var result = ""
        var wasSpace = atStart
        for character in text {
            let isSpace =
                character == " " || character == "\n" || character == "\t" || character == "\r" || character == "\r\n"
            if isSpace {
                if !wasSpace { result.append(" ") }
            } else {
                result.append(character)
            }
            wasSpace = isSpace
        }
        return result
    }
}
