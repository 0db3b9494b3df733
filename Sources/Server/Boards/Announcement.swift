import HTTP
package import JSON
package import MatrixAPI

/// What is announced: the content of `mado.announcement`, checked.
package struct Announcement: Sendable {
    package enum Priority: String, Sendable, CaseIterable {
        case normal, important, urgent
    }

    /// In characters.
    private static let maximumTitle = 200
    private static let maximumText = 10_000

    package let title: String
    package let text: String
    package let picture: String?
    package let link: String?
    /// Milliseconds since 1970.
    package let from: Int64?
    package let until: Int64?
    package let priority: Priority
    /// Who announces it; nil for the portal itself.
    package var author: UserID?

    /// - Throws: `M_INVALID_PARAM`, `M_MISSING_PARAM`, `M_BAD_JSON`.
    package init(_ body: JSONValue, by author: UserID?) throws {
        title = try body.requiredString("title")
        text = try body.optionalString("text") ?? ""
        picture = try body.optionalString("picture")
        link = try body.optionalString("link")
        from = try body.optionalInt("from_ts")
        until = try body.optionalInt("until_ts")
        let name = try body.optionalString("priority") ?? Priority.normal.rawValue
        guard let priority = Priority(rawValue: name) else {
            throw MatrixError.invalidParam("priority must be normal, important or urgent")
        }
        self.priority = priority
        self.author = author
        guard (1...Self.maximumTitle).contains(title.count), text.count <= Self.maximumText else {
            throw MatrixError.invalidParam(
                "A title has 1 to \(Self.maximumTitle) characters, a text at most \(Self.maximumText)")
        }
        if let picture, ContentURI(picture) == nil { throw MatrixError.invalidParam("picture must be an mxc address") }
        if let link, LinkAddress(link) == nil || link.utf8.count > 2048 {
            throw MatrixError.invalidParam("link must be an http or https address")
        }
        if let until, until <= (from ?? 0) { throw MatrixError.invalidParam("until_ts must be later than from_ts") }
    }

    /// The content of `mado.announcement`.
    package var json: JSONValue {
        .object { object in
            object.member("title", title)
            object.member("text", text)
            object.memberIfPresent("picture", picture)
            object.memberIfPresent("link", link)
            object.memberIfPresent("from_ts", from)
            object.memberIfPresent("until_ts", until)
            object.member("priority", priority.rawValue)
            object.memberIfPresent("by", author?.string)
        }
    }

    /// The content of the message, as plain clients show it. What matters is a text, which notifies; the rest a notice.
    var message: JSONValue {
        .object { object in
            object.member("msgtype", priority == .normal ? "m.notice" : "m.text")
            object.member("body", body)
            object.member("format", "org.matrix.custom.html")
            object.member("formatted_body", formattedBody)
            object.member("mado.announcement", json)
        }
    }

    /// The message that takes the place of an earlier one.
    func replacement(of event: EventID) -> JSONValue {
        let message = message
        return message.replacing(["body"]) { object in
            object.member("body", "* " + body)
            object.member("m.new_content", message)
            object.object("m.relates_to") { relation in
                relation.member("rel_type", "m.replace")
                relation.member("event_id", event.string)
            }
        }
    }

    private var body: String { [title, text, link ?? ""].filter { !$0.isEmpty }.joined(separator: "\n\n") }

    private var formattedBody: String {
        var html = "<strong>\(HTMLText.escape(title))</strong>"
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            html += "<p>\(HTMLText.escape(String(line)))</p>"
        }
        if let link { html += "<p><a href=\"\(HTMLText.escape(link))\">\(HTMLText.escape(link))</a></p>" }
        return html
    }
}
