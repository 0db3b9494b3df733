import JSON
import MatrixAPI
import SQLite

extension Database {
    /// How far runs of events lie apart that may have others between them.
    static let runDistance: Int64 = 1 << 32
    /// Where the first event of a room goes: history is put before it.
    private static let firstPosition: Int64 = 1 << 46

    /// The position for the next event; a gap that waits for the event after it counts.
    func nextPosition(in room: Int64) throws -> Int64 {
        let last = try first("SELECT max(position) FROM event WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
        let gap = try first("SELECT max(position) FROM gap WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
        guard let last else { return gap ?? Self.firstPosition }
        return max(last + 1, gap ?? 0)
    }

    func hasEvents(in room: Int64) throws -> Bool {
        try first("SELECT 1 FROM event WHERE room = ? LIMIT 1", room) { _ in true } ?? false
    }

    func position(of eventID: String, in room: Int64) throws -> Int64? {
        try first("SELECT position FROM event WHERE event_id = ? AND room = ?", eventID, room) { $0.int(0) }
    }

    /// Keeps an event at a position; does nothing when it is known.
    /// - Returns: whether it was new.
    func insert(_ event: ReceivedEvent, at position: Int64, in room: Int64) throws -> Bool {
        let transaction = try takeEcho(of: event)
        let inserted = try run(
            """
            INSERT OR IGNORE INTO event
                (room, position, event_id, type, sender, timestamp, transaction_id, thread, is_shown, json)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, room, position, event.eventID, event.type, event.sender, event.timestamp, transaction,
            event.threadRoot, event.isShown, Array(event.value.bytes))
        guard inserted > 0 else { return false }
        if event.isShown, let text = event.searchText {
            try run("INSERT INTO message (rowid, body) VALUES (?, ?)", lastInsertedID, text)
        }
        try insertRelation(of: event, in: room)
        return true
    }

    func position(before position: Int64, in room: Int64) throws -> Int64? {
        try first("SELECT max(position) FROM event WHERE room = ? AND position < ?", room, position) {
            $0.optionalInt(0)
        } ?? nil
    }
}
