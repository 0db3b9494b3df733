/// HTML of strangers, made harmless by an allow-list: elements and attributes that are not on it go, what is inside
/// scripts and the like goes with them, addresses are of the web or of our media, and the result is well-formed.
///
/// Source of the list: Client-Server API, "m.room.message", "Client behaviour" for `formatted_body`.
package struct SafeHTML: Sendable {
    /// Deeper elements lose their tags and keep their text.
    private static let maximumDepth = 60

    private static let allowed: Set<String> = [
        "del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "a", "ul", "ol", "sup", "sub", "li", "b", "i",
        "u",
        "strong", "em", "s", "code", "hr", "br", "div", "table", "thead", "tbody", "tr", "th", "td", "caption", "pre",
        "span", "img", "details", "summary",
    ]
    private static let empty: Set<String> = ["hr", "br", "img"]
    /// What is inside of these is no text for people.
    private static let dropped: Set<String> = [
        "script", "style", "title", "textarea", "iframe", "noscript", "noembed", "noframes", "xmp", "template", "svg",
        "math", "object", "head", "select",
    ]
    private static let attributes: [String: Set<String>] = [
        "a": ["href", "title"], "img": ["src", "alt", "title", "width", "height"], "ol": ["start"], "code": ["class"],
    ]

    /// The HTML as it may be shown.
    package static func sanitise(_ html: String) -> String {
        var sanitiser = SafeHTML(html)
        sanitiser.run()
        return String(decoding: sanitiser.output, as: UTF8.self)
    }

    /// The text of HTML, for where only text goes: white space is folded, blocks end lines.
    package static func text(of html: String) -> String {
        var sanitiser = SafeHTML(html)
        sanitiser.writesTags = false
        sanitiser.run()
        let lines = HTMLEntities.decode(sanitiser.output[...]).split(separator: "\n").map { line in
            line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var scanner: HTMLScanner
    private var output: [UInt8] = []
    private var open: [String] = []
    private var writesTags = true

    private init(_ html: String) { scanner = HTMLScanner(html) }

    private mutating func run() {
        while let token = scanner.next() {
            switch token {
            case .text(let text): write(writesTags ? text : text.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 })
            case .start(let name, let attributes): start(name, attributes)
            case .end(let name): end(name)
            }
        }
        while let name = open.popLast() { close(name) }
    }

    private mutating func start(_ name: String, _ attributes: [(name: String, value: String)]) {
        if Self.dropped.contains(name) { return scanner.skip(toEndOf: name) }
        guard Self.allowed.contains(name) else { return }
        guard writesTags else { return Self.breaksLine(name) ? output.append(0x0a) : () }
        guard Self.empty.contains(name) || open.count < Self.maximumDepth else { return }
        var kept: [(name: String, value: String)] = []
        for (key, value) in attributes where Self.attributes[name]?.contains(key) == true {
            guard !kept.contains(where: { $0.name == key }), let safe = Self.safe(value, of: key, in: name) else {
                continue
            }
            kept.append((key, safe))
        }
        // A picture from elsewhere would tell its server who reads.
        if name == "img", !kept.contains(where: { $0.name == "src" }) { return }
        output.append(contentsOf: "<\(name)".utf8)
        for (key, value) in kept {
            output.append(contentsOf: " \(key)=\"".utf8)
            write(value[...].utf8)
            output.append(UInt8(ascii: "\""))
        }
        output.append(UInt8(ascii: ">"))
        if !Self.empty.contains(name) { open.append(name) }
    }

    private mutating func end(_ name: String) {
        guard writesTags else { return Self.breaksLine(name) ? output.append(0x0a) : () }
        guard open.contains(name) else { return }
        while let last = open.popLast() {
            close(last)
            if last == name { return }
        }
    }

    private mutating func close(_ name: String) { output.append(contentsOf: "</\(name)>".utf8) }

    private static func breaksLine(_ name: String) -> Bool {
        !["a", "b", "i", "u", "s", "em", "strong", "code", "span", "sub", "sup", "del", "img"].contains(name)
    }

    private static func safe(_ value: String, of attribute: String, in element: String) -> String? {
        switch attribute {
        case "href": WebLink.isSafe(value) || value.lowercased().hasPrefix("mailto:") ? value : nil
        case "src": value.hasPrefix("mxc://") && !value.contains { $0.isWhitespace } ? value : nil
        case "width", "height", "start": Int(value).map(String.init)
        case "class": value.hasPrefix("language-") && !value.contains(" ") ? value : nil
        default: value
        }
    }

    /// Text that was decoded, encoded again.
    private mutating func write(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
            case 0x09, 0x0a, 0x0d, 0x20...0x7e, 0x80...: output.append(byte)
            default: break
            }
        }
    }
}

/// Links that items may have.
package enum WebLink {
    /// Whether it is an address of the web: `http` or `https`, without white space and control characters.
    package static func isSafe(_ link: String) -> Bool {
        let start = link.prefix(8).lowercased()
        guard start.hasPrefix("https://") || start.hasPrefix("http://"), link.utf8.count <= 2048 else { return false }
        return link.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "<") }
    }
}
