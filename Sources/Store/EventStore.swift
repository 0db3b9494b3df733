package import MatrixAPI

/// In which direction a page of a timeline runs.
package enum TimelineOrder: Sendable {
    /// Oldest first, from the lower end of the range.
    case forward
    /// Newest first, from the upper end of the range.
    case backward
}

/// The relation that an event declares in `m.relates_to`.
package struct EventRelation: Hashable, Sendable {
    /// The parent event.
    package let eventID: EventID
    /// `m.annotation`, `m.reference`, `m.replace`, `m.thread`, …
    package let relationType: String

    package init(eventID: EventID, relationType: String) {
        self.eventID = eventID
        self.relationType = relationType
    }
}

/// Reads events and room state.
///
/// Rooms are linear: the state at a position is, for each type and state key, the newest event at or before it.
package protocol EventReading {
    /// An event of any room.
    func event(_ id: EventID) throws(StoreError) -> Event?

    /// The event with exactly this position.
    func event(at position: Int64) throws(StoreError) -> Event?

    /// Events of a room in the range (`after`, `through`], at most `limit`, from the end that `order` names.
    func events(in room: RoomID, after: Int64, through: Int64, order: TimelineOrder, limit: Int)
        throws(StoreError) -> [Event]

    /// The positions of those of the newest `count` events of a room up to `through` that are no memberships, ascending.
    func positionsWithoutMembers(in room: RoomID, through: Int64, ofNewest count: Int) throws(StoreError) -> [Int64]

    /// Events of all rooms in the range (`after`, `through`], oldest first.
    func events(after: Int64, through: Int64, limit: Int) throws(StoreError) -> [Event]

    /// How many events a room has in the range (`after`, `through`]. Linear in the answer.
    func eventCount(in room: RoomID, after: Int64, through: Int64) throws(StoreError) -> Int

    /// How many events there are in all rooms.
    func eventCount() throws(StoreError) -> Int

    /// The whole state of a room at a position, ordered by type and state key.
    func state(of room: RoomID, at position: Int64) throws(StoreError) -> [Event]

    /// The state of one type at a position, ordered by state key.
    func state(of room: RoomID, type: String, at position: Int64) throws(StoreError) -> [Event]

    /// One piece of the state at a position.
    func stateEvent(in room: RoomID, _ key: StateKey, at position: Int64) throws(StoreError) -> Event?

    /// State that changed in the range (`after`, `through`]: for each type and state key that did, the newest event,
    /// ordered by position.
    func stateChanges(in room: RoomID, after: Int64, through: Int64) throws(StoreError) -> [Event]
}

extension EventReading {
    /// An event, if it is in this room.
    package func event(_ id: EventID, in room: RoomID) throws(StoreError) -> Event? {
        guard let event = try event(id), event.roomID == room else { return nil }
        return event
    }

    /// The whole present state of a room, ordered by type and state key.
    package func currentState(of room: RoomID) throws(StoreError) -> [Event] {
        try state(of: room, at: .max)
    }

    /// The present state of one type, ordered by state key.
    package func currentState(of room: RoomID, type: String) throws(StoreError) -> [Event] {
        try state(of: room, type: type, at: .max)
    }

    /// One piece of the present state.
    package func stateEvent(in room: RoomID, _ key: StateKey) throws(StoreError) -> Event? {
        try stateEvent(in: room, key, at: .max)
    }

    /// The first event whose timestamp is at or after `timestamp` (`order` forward), or the last one at or before it
    /// (backward), by bisection: exact as far as timestamps rise with positions, as the server's clock makes them.
    ///
    /// Source: Client-Server API, `timestamp_to_event`.
    package func event(in room: RoomID, closestTo timestamp: Int64, order: TimelineOrder) throws(StoreError) -> Event? {
        // Invariant: events at or below `low` are before the timestamp, events above `high` are not.
        guard let newest = try events(in: room, after: 0, through: .max, order: .backward, limit: 1).first else {
            return nil
        }
        let isBefore: (Event) -> Bool = {
            switch order {
            case .forward: $0.timestamp < timestamp
            case .backward: $0.timestamp <= timestamp
            }
        }
        var low: Int64 = 0
        var high = newest.position
        while low < high {
            // Rounded up, so that the lower part always has something to be asked for.
            let middle = low + (high - low + 1) / 2
            let event = try events(in: room, after: low, through: middle, order: .backward, limit: 1).first
            if let event, !isBefore(event) {
                high = event.position - 1
            } else {
                low = middle
            }
        }
        switch order {
        case .forward: return try events(in: room, after: low, through: .max, order: .forward, limit: 1).first
        case .backward: return try events(in: room, after: 0, through: low, order: .backward, limit: 1).first
        }
    }
}

/// Writes events.
package protocol EventWriting {
    /// Adds an event; its room must be there. `relation` is what the content's `m.relates_to` says.
    func insert(_ event: Event, relation: EventRelation?) throws(StoreError)

    /// Replaces an event's text by its redacted form, and forgets its relation. Does nothing when the room has no
    /// such event.
    ///
    /// - Parameters:
    ///   - json: the event without what redaction removes; `contentRange` says where its content is.
    ///   - because: the redaction event, with `room_id`.
    func redact(_ event: EventID, in room: RoomID, json: [UInt8], contentRange: Range<Int>, because: [UInt8])
        throws(StoreError)
}
