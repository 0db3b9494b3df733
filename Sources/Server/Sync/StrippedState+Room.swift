package import JSON
package import MatrixAPI

extension StrippedState {
    /// What somebody learns of a room that they are invited to or knock at: the room's description, the member's own
    /// membership, and that of whoever sent it.
    package static func events(of room: RoomSnapshot, for user: UserID) -> [RawJSON] {
        var events = keys.compactMap { room.stateEvent($0) }
        if let own = room.members[user] {
            if own.sender != user, let sender = room.members[own.sender] { events.append(sender) }
            events.append(own)
        }
        return events.map { RawJSON(json(of: $0)) }
    }
}
