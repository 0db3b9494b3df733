extension ConversationModel {
    /// Puts a message into the outbox. Light Markdown becomes formatted text.
    /// - Parameter mentions: user ids.
    package func send(text: String, replyTo: String? = nil, thread: String? = nil, mentions: [String] = []) {}

    /// Puts a file into the outbox: it is copied, so that the original may go.
    package func send(
        file path: String, mimeType: String, name: String, kind: FileKind, width: Int? = nil, height: Int? = nil,
        duration: Int64? = nil, caption: String? = nil
    ) {}

    package func edit(_ itemID: String, text: String) {}
    package func redact(_ itemID: String, reason: String? = nil) {}
    /// Adds one's own reaction or takes it back.
    package func react(_ itemID: String, key: String) {}

    /// Takes an entry out of the outbox.
    package func withdraw(_ itemID: String) {}
    /// Tries an entry again that had failed.
    package func retry(_ itemID: String) {}
    package func editWaiting(_ itemID: String, text: String) {}
}
