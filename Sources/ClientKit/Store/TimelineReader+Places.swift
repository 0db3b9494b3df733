import SQLite

extension TimelineReader {
    /// The gap between a window's beginning and what the store has before it; nil when there is none.
    /// - Returns: its position, and whether the store has something beyond it.
    func gap(directlyBefore lower: Int64) throws -> (position: Int64, hasOlder: Bool)? {
        guard let gap = try database.gap(upTo: lower, in: room) else { return nil }
        let before =
            try database.first(
                "SELECT max(position) FROM event WHERE room = ? AND is_shown AND position < ?", room, lower
            ) { $0.optionalInt(0) } ?? nil
        if let before, before >= gap.position { return nil }
        return (gap.position, before != nil)
    }

    /// The first item of others that the member has not read; nil when there is none in the slice.
    func firstUnread(in slice: TimelineSlice) throws -> String? {
        guard let read = try database.readPosition(of: owner, in: room) else { return nil }
        let next = try database.first(
            """
            SELECT position FROM event WHERE room = ? AND is_shown AND position > ? AND sender <> ?
            ORDER BY position LIMIT 1
            """, room, read, owner
        ) { $0.int(0) }
        guard let next, let stored = try storedEvents(from: next, to: next).first else { return nil }
        let id = stored.transactionID ?? stored.event.eventID
        return slice.items.contains { $0.id == id } ? id : nil
    }
}
