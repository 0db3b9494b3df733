/// Somebody asks this member for a chat: an invitation that waits for an answer.
package struct ChatRequest: Sendable, Equatable, Identifiable {
    package var roomID: String
    package var from: Person
    /// What they wrote with it.
    package var line: String?
    /// Who else is in the room or asked, without oneself, as far as the invitation tells.
    package var others: [Person]
    package var isDirect: Bool
    package var title: String
    /// Milliseconds since 1970.
    package var at: Int64

    package var id: String { roomID }

    package init(
        roomID: String, from: Person, line: String?, others: [Person], isDirect: Bool, title: String, at: Int64
    ) {
        self.roomID = roomID
        self.from = from
        self.line = line
        self.others = others
        self.isDirect = isDirect
        self.title = title
        self.at = at
    }
}

/// How a chat request of one's own stands.
package enum RequestState: Sendable, Equatable {
    /// Nothing was asked, or everybody has accepted.
    case none
    /// Nobody has accepted yet, and these have not answered.
    case waiting([Person])
    /// Nobody is there, and these have declined.
    case declined([Person])
}
