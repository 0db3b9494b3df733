import CXml2

/// Reads a page of HTML for what it says of itself, by libxml2's parser as it reports one element after the other: no
/// tree is made, so that nothing recurses, and what follows the limits is not looked at.
struct HTMLPageReader {
    /// How deep elements may nest.
    static let maximumDepth = 256
    /// How many elements are looked at.
    static let maximumElements = 50_000
    /// The longest value of an attribute or text that is kept, in bytes.
    static let maximumValue = 4096
    /// How much the parser gets at a time, so that it can be stopped in between.
    private static let piece = 16 * 1024

    /// - Parameters:
    ///   - charset: what the answer's `Content-Type` says; nil to find it in the page, which is the usual case.
    static func read(_ page: [UInt8], charset: String?) -> PageSummary {
        let collector = PageCollector()
        var handler = htmlSAXHandler()
        handler.startElement = { context, name, attributes in
            PageCollector.from(context)?.begin(name, attributes)
        }
        handler.endElement = { context, name in PageCollector.from(context)?.end(name) }
        handler.characters = { context, text, count in PageCollector.from(context)?.append(text, count) }
        withExtendedLifetime(collector) {
            let pointer = Unmanaged.passUnretained(collector).toOpaque()
            guard let parser = htmlCreatePushParserCtxt(&handler, pointer, nil, 0, nil, encoding(of: page, charset))
            else { return }
            defer { htmlFreeParserCtxt(parser) }
            let options = HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            htmlCtxtUseOptions(parser, Int32(options | HTML_PARSE_NONET.rawValue))
            var start = 0
            while start < page.count, !collector.isFull {
                let end = min(start + piece, page.count)
                page[start..<end].withUnsafeBufferPointer { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        _ = htmlParseChunk(parser, $0.baseAddress, Int32($0.count), 0)
                    }
                }
                start = end
            }
            if !collector.isFull { htmlParseChunk(parser, nil, 0, 1) }
        }
        return collector.summary
    }

    /// UTF-8 where it can be nothing else; otherwise what is said, or what the parser finds in the page.
    private static func encoding(of page: [UInt8], _ charset: String?) -> xmlCharEncoding {
        if let charset {
            let named = xmlParseCharEncoding(charset)
            if named.rawValue > 0 { return named }
        }
        // The end may lie within a character.
        let isUTF8 = (0...3).contains { String(validating: page.dropLast($0), as: UTF8.self) != nil }
        return isUTF8 ? XML_CHAR_ENCODING_UTF8 : XML_CHAR_ENCODING_NONE
    }
}

/// What the parser found so far. Used by one parser, on one thread.
private final class PageCollector {
    private(set) var summary = PageSummary()
    /// Nothing that follows is of interest, or a limit was reached.
    private(set) var isFull = false

    private var depth = 0
    private var elements = 0
    /// Text of `<title>`, while it is open.
    private var title: [UInt8]?
    /// Text that people read.
    private var text: [UInt8] = []
    private var isInBody = false
    /// How deep within elements whose text is not the page's.
    private var skipping = 0

    /// Whose text is no reading matter.
    private static let skipped: Set<String> = [
        "script", "style", "noscript", "nav", "header", "footer", "aside", "form", "button", "select", "svg",
        "template", "iframe", "object",
    ]
    /// Which end a line.
    private static let blocks: Set<String> = [
        "p", "div", "br", "li", "h1", "h2", "h3", "h4", "tr", "td", "section", "article", "main", "blockquote", "pre",
    ]

    static func from(_ context: UnsafeMutableRawPointer?) -> PageCollector? {
        context.map { Unmanaged<PageCollector>.fromOpaque($0).takeUnretainedValue() }
    }

    func begin(
        _ name: UnsafePointer<xmlChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard !isFull, let name else { return }
        elements += 1
        depth += 1
        guard depth <= HTMLPageReader.maximumDepth, elements <= HTMLPageReader.maximumElements else {
            isFull = true
            return
        }
        let element = String(cString: name)
        switch element {
        case "meta": meta(Self.values(attributes))
        case "link": link(Self.values(attributes))
        case "base": if summary.base == nil { summary.base = Self.values(attributes)["href"] }
        case "title": if summary.title == nil, !isInBody { title = [] }
        case "body": isInBody = true
        default: if Self.skipped.contains(element) { skipping += 1 }
        }
        if Self.blocks.contains(element) { text.append(UInt8(ascii: "\n")) }
    }

    func end(_ name: UnsafePointer<xmlChar>?) {
        guard !isFull, let name else { return }
        depth -= 1
        let element = String(cString: name)
        if element == "title", let title {
            summary.title = Self.nonEmpty(title, PageSummary.maximumTitle)
            self.title = nil
        }
        if Self.skipped.contains(element), skipping > 0 { skipping -= 1 }
        if Self.blocks.contains(element) { text.append(UInt8(ascii: "\n")) }
    }

    func append(_ characters: UnsafePointer<xmlChar>?, _ count: Int32) {
        guard !isFull, let characters, count > 0 else { return }
        let bytes = UnsafeBufferPointer(start: characters, count: Int(count))
        if let known = title?.count {
            title?.append(contentsOf: bytes.prefix(HTMLPageReader.maximumValue - known))
        } else if isInBody, skipping == 0, text.count < HTMLPageReader.maximumValue {
            text.append(contentsOf: bytes.prefix(HTMLPageReader.maximumValue - text.count))
            summary.text = Self.nonEmpty(text, PageSummary.maximumText)
            // What a page says of itself stands in its head.
            if text.count >= HTMLPageReader.maximumValue { isFull = true }
        }
    }

    // MARK: Elements

    private func meta(_ values: [String: String]) {
        guard let name = (values["property"] ?? values["name"])?.lowercased(), let content = values["content"] else {
            return
        }
        let value = content.condensed(to: PageSummary.maximumText)
        guard !value.isEmpty else { return }
        switch name {
        case "description": summary.description = summary.description ?? value
        case "twitter:image", "twitter:image:src": summary.picture = summary.picture ?? value
        case "og:image", "og:image:url", "og:image:secure_url":
            // Open Graph's own wins over what stood before it.
            if summary.properties["image"] == nil { summary.picture = value }
            summary.properties["image"] = summary.properties["image"] ?? value
        case _ where name.hasPrefix("og:"):
            let property = String(name.dropFirst(3))
            if summary.properties[property] == nil, summary.properties.count < 40 {
                summary.properties[property] = value
            }
        default: break
        }
    }

    private func link(_ values: [String: String]) {
        guard values["rel"]?.lowercased() == "image_src", let target = values["href"], summary.picture == nil else {
            return
        }
        summary.picture = target
    }

    /// Attributes by their names.
    private static func values(
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) -> [String: String] {
        var values: [String: String] = [:]
        guard var next = attributes else { return values }
        while let name = next.pointee, values.count < 32 {
            if let value = next.advanced(by: 1).pointee {
                let text = UnsafeBufferPointer(start: value, count: xmlStrlenBounded(value))
                values[String(cString: name)] = String(decoding: text, as: UTF8.self)
            }
            next = next.advanced(by: 2)
        }
        return values
    }

    private static func xmlStrlenBounded(_ text: UnsafePointer<xmlChar>) -> Int {
        min(Int(xmlStrlen(text)), HTMLPageReader.maximumValue)
    }

    private static func nonEmpty(_ text: [UInt8], _ limit: Int) -> String? {
        let condensed = String(decoding: text, as: UTF8.self).condensed(to: limit)
        return condensed.isEmpty ? nil : condensed
    }
}
