import COpenSSL
import JSON
import MatrixAPI

/// A feed of the web: RSS 2.0 (and what came before it), Atom (RFC 4287) or JSON Feed 1.1, as items.
package enum FeedDocument {
    /// The newest of a document are taken; publishers that keep everything in one are not read from the beginning.
    package static let maximumItems = 100

    /// An entry as it stands in a document.
    struct Entry: Sendable, Equatable {
        var id = ""
        var title = ""
        var link = ""
        var html = ""
        var text = ""
        var date = ""
    }

    /// Takes a document apart.
    ///
    /// - Returns: the items, oldest first. Entries without title and text are left out.
    /// - Throws: ``FeedDocumentError``.
    package static func items(in document: [UInt8]) throws(FeedDocumentError) -> [FeedItem] {
        let start = document.drop { $0 == 0x20 || (0x09...0x0d).contains($0) || $0 == 0xef || $0 == 0xbb || $0 == 0xbf }
        let entries: [Entry]
        if start.first == UInt8(ascii: "{") {
            guard let json = try? JSONValue.parse(Array(start)) else { throw .broken("not JSON") }
            entries = try jsonEntries(json)
        } else {
            let handler = FeedDocumentHandler()
            try XMLReader.read(document, handler)
            guard handler.isFeed else { throw .unknownKind }
            entries = handler.entries
        }
        let items = entries.prefix(maximumItems).compactMap(item)
        // Newest first is how publishers write; where they say when, that counts.
        return items.enumerated().sorted { one, other in
            let times = (one.element.published ?? 0, other.element.published ?? 0)
            return times.0 == times.1 ? one.offset > other.offset : times.0 < times.1
        }.map(\.element)
    }

    static func item(_ entry: Entry) -> FeedItem? {
        let html = clip(entry.html, to: FeedItem.maximumHTMLBytes)
        let plain = entry.text.isEmpty ? SafeHTML.text(of: html) : entry.text
        var headline = FeedItem.line(SafeHTML.text(of: entry.title))
        if headline.isEmpty { headline = FeedItem.line(String(plain.prefix(120))) }
        let link = WebLink.isSafe(entry.link) ? entry.link : nil
        let id = entry.id.isEmpty ? link ?? digest(entry.title + "\n" + plain) : entry.id
        let short = id.utf8.count > FeedItem.maximumIDBytes ? digest(id) : FeedItem.line(id)
        guard var item = try? FeedItem(id: short, headline: clip(headline, characters: 300)) else { return nil }
        item.link = link
        item.published = DateText.parse(entry.date)
        if !html.isEmpty { try? item.setHTML(html) }
        let text = clip(plain, to: FeedItem.maximumTextBytes)
        item.text = text.isEmpty ? nil : text
        return item
    }

    private static func jsonEntries(_ json: JSONValue) throws(FeedDocumentError) -> [Entry] {
        guard json["version"]?.string?.hasPrefix("https://jsonfeed.org/version/1") == true,
            let items = json["items"]?.array
        else { throw .unknownKind }
        return items.prefix(maximumItems).map { item in
            Entry(
                id: item["id"]?.string ?? item["id"]?.int.map(String.init) ?? "",
                title: HTMLText.escape(item["title"]?.string ?? ""), link: item["url"]?.string ?? "",
                html: item["content_html"]?.string ?? "",
                text: item["content_text"]?.string ?? item["summary"]?.string ?? "",
                date: item["date_published"]?.string ?? "")
        }
    }

    /// Whole characters of a text that fit.
    static func clip(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: bytes)
        while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private static func clip(_ text: String, characters: Int) -> String {
        text.count > characters ? text.prefix(characters - 1) + "…" : text
    }

    /// A name for what has none: the same for the same content.
    package static func digest(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256(bytes, bytes.count, &digest)
        return Base64.encodeURLSafe(Array(digest.prefix(16)))
    }
}

/// Puts entries together from what the reader tells.
final class FeedDocumentHandler: XMLReader.Handler {
    private(set) var isFeed = false
    private(set) var entries: [FeedDocument.Entry] = []
    private var entry: FeedDocument.Entry?
    /// What is inside of an element of an entry, and how deep in it.
    private var text = ""
    private var nesting = 0

    private static let maximumText = 256 * 1024

    func start(_ name: String, _ attributes: [String: String]) {
        guard entry != nil else {
            if name == "rss" || name == "feed" || name == "RDF" { isFeed = true }
            if name == "item" || name == "entry", entries.count < FeedDocument.maximumItems { entry = .init() }
            return
        }
        nesting += 1
        if nesting == 1 {
            text = ""
            if name == "link", let address = attributes["href"], attributes["rel"] ?? "alternate" == "alternate" {
                entry?.link = address
            }
        } else {
            // XHTML inside of Atom: words of neighbouring elements do not run together.
            text += " "
        }
    }

    func end(_ name: String) {
        guard var current = entry else { return }
        guard nesting > 0 else {
            entries.append(current)
            return entry = nil
        }
        nesting -= 1
        guard nesting == 0 else { return }
        let trimmed = text.trimmed
        switch name {
        case "title": current.title = trimmed
        case "guid", "id": current.id = trimmed
        case "link" where !trimmed.isEmpty: current.link = trimmed
        case "encoded", "content": current.html = trimmed
        case "description", "summary": if current.html.isEmpty { current.html = trimmed }
        case "pubDate", "published", "date": current.date = trimmed
        case "updated": if current.date.isEmpty { current.date = trimmed }
        default: break
        }
        entry = current
    }

    func text(_ text: String) {
        guard nesting > 0, self.text.utf8.count < Self.maximumText else { return }
        self.text += text
    }
}

extension String {
    /// Without white space around.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
