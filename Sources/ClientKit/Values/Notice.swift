/// A new message that the member's push rules want to be told of.
package struct Notice: Sendable, Equatable {
    package var roomID: String
    package var itemID: String
    package var sender: Person
    package var conversationTitle: String
    package var isDirect: Bool
    package var text: String
    package var timestamp: Int64
    /// It mentions the member, or contains one of their words.
    package var isHighlight: Bool
    /// Whether the rule wants a sound.
    package var hasSound: Bool
    /// Of a feed or a board: nobody to answer to.
    package var isOfPortal = false

    package init(
        roomID: String, itemID: String, sender: Person, conversationTitle: String, isDirect: Bool, text: String,
        timestamp: Int64, isHighlight: Bool, hasSound: Bool
    ) {
        self.roomID = roomID
        self.itemID = itemID
        self.sender = sender
        self.conversationTitle = conversationTitle
        self.isDirect = isDirect
        self.text = text
        self.timestamp = timestamp
        self.isHighlight = isHighlight
        self.hasSound = hasSound
    }
}
