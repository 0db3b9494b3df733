import JSON
package import MatrixAPI
import Store

/// How far members have read. A receipt is always the sender's own and never goes back.
///
/// Source: Client-Server API, "Receipts", "Fully read markers", "Threaded read receipts".
package struct Receipts: Sendable {
    let journal: Journal
    let clock: WallClock

    package enum Kind: String, Sendable, CaseIterable {
        case read = "m.read"
        case readPrivate = "m.read.private"
        case fullyRead = "m.fully_read"
    }

    /// One marker to be moved.
    package struct Mark: Sendable {
        package let kind: Kind
        package let event: EventID
        /// `main`, a thread's root, or nil for everything.
        package let thread: String?

        package init(_ kind: Kind, _ event: EventID, thread: String? = nil) {
            self.kind = kind
            self.event = event
            self.thread = thread
        }
    }

    package init(journal: Journal, clock: WallClock = .system) {
        self.journal = journal
        self.clock = clock
    }

    /// Moves the user's markers forward; those which are further already stay.
    ///
    /// - Parameter time: milliseconds since 1970; nil for now.
    /// - Throws: `M_FORBIDDEN` when the user is not in the room, `M_NOT_FOUND` when there is no such event that the
    ///   user may see, `M_INVALID_PARAM` when the event is not in the thread.
    package func set(_ marks: [Mark], in id: RoomID, by user: UserID, at time: Int64? = nil) async throws {
        let timestamp = time ?? clock.now
        try await journal.write { transaction in
            guard let room = try transaction.room(id), room.isJoined(user) else { throw Rooms.notInRoom }
            let visibility = HistoryVisibilityFilter(user: user, room: room, reader: transaction.store)
            for mark in marks {
                guard let event = try transaction.store.event(mark.event, in: id), try visibility.allows(event) else {
                    throw MatrixError.notFound("There is no such event in this room")
                }
                try ThreadMembership.check(event, isIn: mark.thread, transaction.store)
                switch mark.kind {
                case .fullyRead: try transaction.setFullyRead(event, by: user)
                case .read, .readPrivate: try transaction.setReceipt(mark, event, by: user, at: timestamp)
                }
            }
        }
    }
}

extension JournalTransaction {
    fileprivate func setReceipt(_ mark: Receipts.Mark, _ event: Event, by user: UserID, at timestamp: Int64) throws {
        let thread = mark.thread ?? ""
        let before = try store.receipts(of: user, in: event.roomID).first {
            $0.type == mark.kind.rawValue && $0.thread == thread
        }
        if let before, before.eventPosition >= event.position { return }
        let receipt = Receipt(
            room: event.roomID, user: user, type: mark.kind.rawValue, thread: mark.thread, event: event.eventID,
            eventPosition: event.position, timestamp: timestamp)
        let position = record(.receipt(receipt))
        try store.setReceipt(
            StoredReceipt(
                room: receipt.room, user: user, type: receipt.type, thread: thread, eventID: receipt.event,
                eventPosition: receipt.eventPosition, timestamp: timestamp, position: position))
    }

    /// The marker is account data of the room, so that all of the user's devices learn it.
    fileprivate func setFullyRead(_ event: Event, by user: UserID) throws {
        let type = Receipts.Kind.fullyRead.rawValue
        if let before = try store.accountData(of: user, room: event.roomID, type: type), !before.isDeleted,
            let content = try? JSONValue.parse(before.json, limits: .stored),
            let marked = EventID(content["event_id"]?.string ?? ""),
            let markedEvent = try store.event(marked, in: event.roomID), markedEvent.position >= event.position
        {
            return
        }
        let content = JSONWriter.object { $0.member("event_id", event.eventID.string) }
        try setAccountData(type, room: event.roomID, content: content, of: user)
    }
}
