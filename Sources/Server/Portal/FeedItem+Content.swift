import COpenSSL
package import JSON
package import MatrixAPI

/// An item as an event of its feed.
extension FeedItem {
    /// The content of the `m.room.message`.
    ///
    /// - Parameter now: when it is accepted, in milliseconds since 1970.
    package func content(provider: String, now: Int64) -> JSONValue {
        .object { write(to: &$0, provider: provider, now: now) }
    }

    /// The content of an edit that puts this version in the place of an earlier event.
    package func replacement(of event: EventID, provider: String, now: Int64) -> JSONValue {
        .object { content in
            content.member("msgtype", priority.notifies ? "m.text" : "m.notice")
            content.member("body", "* \(body)")
            content.object("m.new_content") { write(to: &$0, provider: provider, now: now) }
            content.object("m.relates_to") { relation in
                relation.member("rel_type", "m.replace")
                relation.member("event_id", event.string)
            }
        }
    }

    private func write(to content: inout JSONWriter, provider: String, now: Int64) {
        content.member("msgtype", priority.notifies ? "m.text" : "m.notice")
        content.member("body", body)
        content.member("format", "org.matrix.custom.html")
        content.member("formatted_body", formattedBody)
        // The contact is named, not called.
        if contact != nil { content.object("m.mentions") { _ in } }
        content.object("mado.item") { item in
            item.member("id", id)
            item.member("headline", headline)
            item.memberIfPresent("text", text)
            item.memberIfPresent("html", html)
            item.memberIfPresent("link", link)
            item.member("priority", priority.rawValue)
            item.memberIfPresent("expires_ts", expires)
            item.member("published_ts", published ?? now)
            item.memberIfPresent("contact", contact?.string)
            item.member("provider", provider)
            guard let series else { return }
            item.object("series") { object in
                object.member("name", series.name)
                object.member("value", series.value)
                object.memberIfPresent("unit", series.unit)
                object.member("ts", series.time ?? now)
            }
        }
    }

    /// Headline, blank line, text, link, and whom to ask: for clients that know nothing of items.
    private var body: String {
        let below = [text ?? html.map(SafeHTML.text), link, contact?.string].compactMap { $0 }
        return below.isEmpty ? headline : headline + "\n\n" + below.joined(separator: "\n")
    }

    private var formattedBody: String {
        let title = HTMLText.escape(headline)
        let head = link.map { "<a href=\"\(HTMLText.escape($0))\"><strong>\(title)</strong></a>" }
        let below =
            html
            ?? text.map {
                HTMLText.escape($0).split(separator: "\n", omittingEmptySubsequences: false)
                    .joined(separator: "<br>")
            }
        let asked = contact.map { contact in
            let name = HTMLText.escape(contact.string)
            return "<br><a href=\"https://matrix.to/#/\(name)\">\(name)</a>"
        }
        return (head ?? "<strong>\(title)</strong>") + (below.map { "<br>" + $0 } ?? "") + (asked ?? "")
    }

    /// SHA-256 of what the provider gave, to know the same thing when it comes again.
    var digest: [UInt8] {
        let bytes = content(provider: "", now: -1).bytes
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = bytes.withUnsafeBufferPointer { SHA256($0.baseAddress, $0.count, &digest) }
        return digest
    }
}

extension Event {
    /// Whether it may be an item of a feed: state and redactions are none.
    var isItem: Bool { stateKey == nil && type == "m.room.message" }
}
