import MatrixAPI
import Store

extension SQLiteReader: FeedReading {
    func feedItem(_ id: String, in room: RoomID) throws(StoreError) -> StoredFeedItem? {
        let sql: SQL = "SELECT event_id, digest, updated FROM feed_items WHERE room = \(.roomNumber) AND id = ?"
        return try connection.first(sql, room, id) {
            StoredFeedItem(room: room, id: id, event: $0.id(0), digest: $0.blob(1), updated: $0.int(2))
        }
    }

    func seriesPoints(_ name: String, in room: RoomID, from: Int64, through: Int64, limit: Int)
        throws(StoreError) -> [StoredSeriesPoint]
    {
        let sql: SQL = """
            SELECT time, value FROM series_points
            WHERE room = \(.roomNumber) AND name = ? AND time >= ? AND time <= ? ORDER BY time DESC LIMIT ?
            """
        return try connection.all(sql, room, name, from, through, max(0, limit)) {
            StoredSeriesPoint(time: $0.int(0), value: $0.text(1))
        }.reversed()
    }
}

extension SQLiteWriter: FeedWriting {
    func setFeedItem(_ item: StoredFeedItem) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO feed_items(room, id, event_id, digest, updated) VALUES (\(.roomNumber), ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET event_id = excluded.event_id, digest = excluded.digest, updated = excluded.updated
            """
        try connection.run(sql, item.room, item.id, item.event, item.digest, item.updated)
    }

    func setSeriesPoint(_ point: StoredSeriesPoint, of name: String, in room: RoomID) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO series_points(room, name, time, value) VALUES (\(.roomNumber), ?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """
        try connection.run(sql, room, name, point.time, point.value)
    }

    func deleteSeriesPoints(of name: String, in room: RoomID, before: Int64) throws(StoreError) {
        let sql: SQL = "DELETE FROM series_points WHERE room = \(.roomNumber) AND name = ? AND time < ?"
        try connection.run(sql, room, name, before)
    }
}
