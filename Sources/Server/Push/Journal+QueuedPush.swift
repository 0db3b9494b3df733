import MatrixAPI
import Store

extension Journal {
    /// The event of a notification that waits, unless it was read, redacted or left behind meanwhile.
    func event(of push: QueuedPush, worthTelling user: UserID, _ reader: any StoreReader) throws -> Event? {
        guard let event = try reader.event(at: push.position), event.redactedBecause == nil,
            let room = try room(event.roomID, reader), let membership = room.membership(of: user),
            membership == .join || membership == .invite
        else { return nil }
        // An invite that was accepted has been seen.
        if event.type == "m.room.member", event.stateKey == user.string, membership == .join { return nil }
        let thread = event.threadRoot?.string ?? "main"
        let isRead = try reader.receipts(of: user, in: room.id).contains {
            ($0.thread.isEmpty || $0.thread == thread) && $0.eventPosition >= event.position
        }
        return isRead ? nil : event
    }
}
