/// A message with a text for everybody and the same in HTML.
package struct MailMessage: Sendable, Equatable {
    package var recipient: MailAddress
    package var subject: String
    package var text: String
    package var html: String
    /// Something that is the same when this message is sent once more, and otherwise nowhere: a part of its identifier.
    package var identifier: String

    package init(recipient: MailAddress, subject: String, text: String, html: String, identifier: String) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.identifier = identifier
    }

    /// As it goes over the line (RFC 5322, RFC 2045): lines of ASCII that end with CR LF.
    /// - Parameter date: seconds since 1970.
    func encoded(from sender: Mailbox, date: Int64) -> [UInt8] {
        let domain = sender.address.description.split(separator: "@").last.map(String.init) ?? "localhost"
        let name = sender.name.map { Self.word($0) + " " } ?? ""
        let boundary = "=_mado_\(identifier.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(40))"
        var lines = [
            "From: \(name)<\(sender.address)>",
            "To: <\(recipient)>",
            "Subject: \(Self.word(subject))",
            "Date: \(MailDate.text(date))",
            "Message-ID: <\(identifier)@\(domain)>",
            // Nobody's holiday notice is to answer (RFC 3834).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
            "",
        ]
        for (type, body) in [("plain", text), ("html", html)] {
            lines.append("--\(boundary)")
            lines.append("Content-Type: text/\(type); charset=utf-8")
            lines.append("Content-Transfer-Encoding: base64")
            lines.append("")
            lines += Self.base64Lines(Array(body.utf8))
        }
        lines.append("--\(boundary)--")
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// Text in a header (RFC 2047): as it is when it is harmless, else in encoded words of at most 75 characters.
    static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?") && text.count < 60
        let isHarmless = !text.contains { "\"<>@,;:\\()[]".contains($0) } || !text.contains { "\"\\<>".contains($0) }
        if isPlain, isHarmless { return text.contains(where: { "@,;:()[].".contains($0) }) ? "\"\(text)\"" : text }
        var words: [String] = []
        var part: [UInt8] = []
        for character in text.unicodeScalars where character.value >= 0x20 && character.value != 0x7F {
            let bytes = Array(String(character).utf8)
            if part.count + bytes.count > 42 {
                words.append("=?utf-8?B?\(Base64Text.encode(part))?=")
                part = []
            }
            part += bytes
        }
        if !part.isEmpty { words.append("=?utf-8?B?\(Base64Text.encode(part))?=") }
        return words.joined(separator: "\r\n ")
    }

    private static func base64Lines(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 57).map { Base64Text.encode(Array(bytes[$0..<min($0 + 57, bytes.count)])) }
    }
}
