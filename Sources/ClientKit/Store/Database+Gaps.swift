import SQLite

/// Where events are missing, and from where the server can be asked for them.
extension Database {
    func gap(at position: Int64, in room: Int64) throws -> String? {
        try first("SELECT token FROM gap WHERE room = ? AND position = ?", room, position) { $0.text(0) }
    }

    func setGap(at position: Int64, token: String, in room: Int64) throws {
        try run("INSERT OR REPLACE INTO gap (room, position, token) VALUES (?, ?, ?)", room, position, token)
    }

    func removeGap(at position: Int64, in room: Int64) throws {
        try run("DELETE FROM gap WHERE room = ? AND position = ?", room, position)
    }

    func lastGap(in room: Int64) throws -> Int64? {
        try first("SELECT max(position) FROM gap WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
    }

    /// When the first event from a position on happened.
    func time(from position: Int64, in room: Int64) throws -> Int64? {
        try first(
            "SELECT timestamp FROM event WHERE room = ? AND position >= ? ORDER BY position LIMIT 1", room, position
        ) { $0.int(0) }
    }

    /// The newest gap at the position or before it.
    func gap(upTo position: Int64, in room: Int64) throws -> (position: Int64, token: String)? {
        try first(
            "SELECT position, token FROM gap WHERE room = ? AND position <= ? ORDER BY position DESC LIMIT 1", room,
            position
        ) { ($0.int(0), $0.text(1)) }
    }

    /// The gap in which an event of that time lies: the last one before the first later event.
    func gap(after timestamp: Int64, in room: Int64) throws -> Int64? {
        let later =
            try first(
                "SELECT min(position) FROM event INDEXED BY event_time WHERE room = ? AND timestamp > ?", room,
                timestamp
            ) { $0.optionalInt(0) } ?? nil
        return try gap(upTo: later ?? .max, in: room)?.position
    }
}
