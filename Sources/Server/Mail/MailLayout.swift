import Outbound

/// Puts words into a message: as text, and as HTML that loads nothing from anywhere.
enum MailLayout {
    /// What was said in one conversation.
    struct Section: Sendable {
        let title: String
        let lines: [String]
    }

    static func message(
        to recipient: MailAddress, _ words: MailTexts.Words, link: String? = nil, sections: [Section] = [],
        identifier: String
    ) -> MailMessage {
        MailMessage(
            recipient: recipient, subject: words.subject, text: text(words, link, sections),
            html: html(words, link, sections), identifier: identifier)
    }

    private static func text(_ words: MailTexts.Words, _ link: String?, _ sections: [Section]) -> String {
        var parts = words.lines
        for section in sections {
            parts.append(([section.title] + section.lines.map { "  " + $0 }).joined(separator: "\n"))
        }
        if let button = words.button, let link { parts.append("\(button):\n\(link)") }
        parts.append("-- \n" + words.closing)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func html(_ words: MailTexts.Words, _ link: String?, _ sections: [Section]) -> String {
        var body = words.lines.map { "<p>\(HTMLText.escape($0))</p>" }.joined(separator: "\n")
        for section in sections {
            let lines = section.lines.map(HTMLText.escape).joined(separator: "<br>\n")
            body += "\n<h2 style=\"font-size:16px;margin:20px 0 4px\">\(HTMLText.escape(section.title))</h2>\n"
            body += "<p style=\"margin:0 0 12px\">\(lines)</p>"
        }
        if let button = words.button, let link {
            body += """

                <p style="margin:24px 0"><a href="\(HTMLText.escape(link))" style="background:#2d5bd7;color:#fff;\
                padding:10px 18px;border-radius:10px;text-decoration:none;font-weight:600">\(HTMLText.escape(button))</a></p>
                """
        }
        return """
            <!doctype html>
            <html><head><meta charset="utf-8"><title>\(HTMLText.escape(words.subject))</title></head>
            <body style="font:16px/1.5 sans-serif;color:#171c2b;max-width:36em;margin:24px auto;padding:0 16px">
            \(body)
            <p style="color:#566079;font-size:14px;border-top:1px solid #e1e6f0;padding-top:12px">\
            \(HTMLText.escape(words.closing))</p>
            </body></html>

            """
    }
}
