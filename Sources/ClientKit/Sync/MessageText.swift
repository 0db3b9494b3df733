/// Plain text of messages.
enum MessageText {
    /// Older clients repeat what is answered in front of the text, in lines that begin with `> `, and an empty line.
    ///
    /// Source: Client-Server API, "Rich replies", as of version 1.12.
    static func withoutReplyFallback(_ body: String, isReply: Bool) -> String {
        guard isReply, body.utf8.starts(with: "> ".utf8) else { return body }
        var rest = Substring(body)
        while rest.utf8.starts(with: "> ".utf8) || rest == ">" || rest.utf8.starts(with: ">\n".utf8) {
            guard let end = rest.firstIndex(of: "\n") else { return "" }
            rest = rest[rest.index(after: end)...]
        }
        if rest.first == "\n" { rest = rest.dropFirst() }
        return String(rest)
    }

    /// The first lines in one, cut.
    static func oneLine(_ text: String, limit: Int = 200) -> String {
        var line = ""
        var count = 0
        for character in text {
            if count == limit { return line + "…" }
            line.append(character.isNewline ? " " : character)
            count += 1
        }
        return line
    }
}
