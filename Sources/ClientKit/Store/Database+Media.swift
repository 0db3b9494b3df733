import SQLite

extension Database {
    /// - Parameter size: of a thumbnail in pixels, 0 for the whole file.
    func mediaPath(_ uri: String, size: Int, now: Int64) throws -> String? {
        let path = try first("SELECT path FROM media WHERE uri = ? AND size = ?", uri, size) { $0.text(0) }
        guard let path else { return nil }
        try run("UPDATE media SET used = ? WHERE uri = ? AND size = ?", now, uri, size)
        return path
    }

    func addMedia(_ uri: String, size: Int, path: String, bytes: Int64, now: Int64) throws {
        try run(
            "INSERT OR REPLACE INTO media (uri, size, path, bytes, used) VALUES (?, ?, ?, ?, ?)", uri, size, path,
            bytes,
            now)
    }

    func removeMedia(_ uri: String, size: Int) throws {
        try run("DELETE FROM media WHERE uri = ? AND size = ?", uri, size)
    }

    /// Takes out what was not used for the longest time, until the rest is within the limit.
    /// - Parameter kept: the file that was just fetched for somebody; it stays, whatever its size.
    /// - Returns: the files that go.
    func evictMedia(limit: Int64, except kept: String) throws -> [String] {
        var total = try first("SELECT total(bytes) FROM media") { $0.int(0) } ?? 0
        guard total > limit else { return [] }
        let oldest = try all("SELECT uri, size, path, bytes FROM media WHERE path <> ? ORDER BY used, uri", kept) {
            ($0.text(0), Int($0.int(1)), $0.text(2), $0.int(3))
        }
        var paths: [String] = []
        for (uri, size, path, bytes) in oldest {
            guard total > limit else { break }
            try removeMedia(uri, size: size)
            paths.append(path)
            total -= bytes
        }
        return paths
    }

    // Search

    /// Messages with a text in them, newest first. Texts of less than three characters are looked for one message after
    /// the other; the index knows longer ones.
    func search(_ text: String, in room: Int64?, limit: Int) throws -> [(roomID: String, eventID: String)] {
        let pattern = "%" + Self.escapeLike(text) + "%"
        guard text.unicodeScalars.count >= 3 else {
            return try all(
                """
                SELECT room.room_id, event.event_id FROM message JOIN event ON event.id = message.rowid
                JOIN room ON room.id = event.room
                WHERE message.body LIKE ? ESCAPE '\\' AND (?2 IS NULL OR event.room = ?2)
                ORDER BY event.timestamp DESC LIMIT ?3
                """, pattern, room, limit
            ) { ($0.text(0), $0.text(1)) }
        }
        let phrase =
            "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        return try all(
            """
            SELECT room.room_id, event.event_id FROM message JOIN event ON event.id = message.rowid
            JOIN room ON room.id = event.room
            WHERE message MATCH ?1 AND (?2 IS NULL OR event.room = ?2)
            ORDER BY event.timestamp DESC LIMIT ?3
            """, phrase, room, limit
        ) { ($0.text(0), $0.text(1)) }
    }
}
