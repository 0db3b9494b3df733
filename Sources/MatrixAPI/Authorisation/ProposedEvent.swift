package import JSON

/// An event that somebody wants in a room, before it has an identifier and a place.
package struct ProposedEvent: Sendable {
    /// nil for `m.room.create` in room versions where the room's identifier follows from that event.
    package let roomID: RoomID?
    package let type: String
    /// nil when the event is not state.
    package let stateKey: String?
    package let sender: UserID
    package let content: JSONValue

    package init(roomID: RoomID?, type: String, stateKey: String?, sender: UserID, content: JSONValue) {
        self.roomID = roomID
        self.type = type
        self.stateKey = stateKey
        self.sender = sender
        self.content = content
    }
}
