import SQLite

extension Database {
    /// - Parameter thread: empty for the whole room, as the specification's unthreaded receipts and `main`.
    func setReceipt(
        _ userID: String, kind: String, thread: String, eventID: String, timestamp: Int64, in room: Int64
    ) throws {
        try run(
            """
            INSERT OR REPLACE INTO receipt (room, user_id, kind, thread, event_id, timestamp)
            VALUES (?, ?, ?, ?, ?, ?)
            """, room, userID, kind, thread, eventID, timestamp)
    }

    /// Up to where somebody has read the room, by any of their receipts for all of it; nil when that is not in the
    /// store.
    /// - Parameter thread: its root: receipts for this thread count too.
    func readPosition(of userID: String, in room: Int64, thread: String = "") throws -> Int64? {
        try first(
            """
            SELECT max(event.position) FROM receipt
            JOIN event ON event.event_id = receipt.event_id AND event.room = receipt.room
            WHERE receipt.room = ? AND receipt.user_id = ? AND receipt.thread IN ('', ?)
            """, room, userID, thread
        ) { $0.optionalInt(0) } ?? nil
    }

    /// Where the others' receipts stand, from a position on; the newest of each.
    func receipts(in room: Int64, from position: Int64, except userID: String) throws -> [(String, Int64)] {
        try all(
            """
            SELECT receipt.user_id, max(event.position) AS place
            FROM receipt JOIN event ON event.event_id = receipt.event_id
            WHERE receipt.room = ? AND receipt.user_id <> ? AND receipt.kind = 'm.read'
            GROUP BY receipt.user_id HAVING place >= ? ORDER BY place, receipt.timestamp LIMIT 500
            """, room, userID, position
        ) { ($0.text(0), $0.int(1)) }
    }
}
