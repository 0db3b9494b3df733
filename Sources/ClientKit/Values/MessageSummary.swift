/// The last message of a conversation, for lists.
package struct MessageSummary: Sendable, Equatable {
    package var sender: Person
    package var isOwn: Bool
    package var content: TimelineItem.Content
    /// One line of plain text; the file's name for media, empty for what has no text.
    package var text: String
    /// Milliseconds since 1970.
    package var timestamp: Int64
    package var sendState: TimelineItem.SendState

    package init(
        sender: Person, isOwn: Bool, content: TimelineItem.Content, text: String, timestamp: Int64,
        sendState: TimelineItem.SendState
    ) {
        self.sender = sender
        self.isOwn = isOwn
        self.content = content
        self.text = text
        self.timestamp = timestamp
        self.sendState = sendState
    }
}
