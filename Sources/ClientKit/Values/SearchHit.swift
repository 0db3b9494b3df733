/// A message that was found in the local store.
package struct SearchHit: Sendable, Equatable, Identifiable {
    package var roomID: String
    package var eventID: String
    package var sender: Person
    /// Milliseconds since 1970.
    package var timestamp: Int64
    package var text: String

    package var id: String { eventID }

    package init(roomID: String, eventID: String, sender: Person, timestamp: Int64, text: String) {
        self.roomID = roomID
        self.eventID = eventID
        self.sender = sender
        self.timestamp = timestamp
        self.text = text
    }
}
