package import MatrixAPI

/// What one committed batch changed: given to each observer once.
package struct Publication: Sendable {
    /// The journal's position after the batch.
    package let position: Int64
    package let changes: [Change]
    /// The rooms that have new events, as they are now.
    package let rooms: [RoomID: RoomSnapshot]

    /// The new events of a room.
    func events(in room: RoomID) -> [Event] {
        changes.compactMap { change in
            guard case .event(let event) = change.kind, event.roomID == room else { return nil }
            return event
        }
    }
}

/// Learns of each committed batch, on the journal's thread, in order, after the snapshots were replaced and before
/// the proposals are answered. Must return quickly.
package protocol JournalObserver: AnyObject, Sendable {
    /// The snapshots were replaced, and the journal's position was not: what is derived from the journal is brought up
    /// to date here, so that who asks for it as of the new position finds it so. Whatever they read before from the
    /// store may be older than this.
    func prepare(for publication: Publication)

    /// The journal is at the new position.
    func published(_ publication: Publication)
}

extension JournalObserver {
    package func prepare(for publication: Publication) {}
    package func published(_ publication: Publication) {}
}
