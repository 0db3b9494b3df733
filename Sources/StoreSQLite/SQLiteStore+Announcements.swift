import MatrixAPI
import Store

extension SQL {
    fileprivate static let announcementColumns: SQL = "id, room, author, content, created, due, event_id, is_withdrawn"
}

extension StoredAnnouncement {
    fileprivate init(_ row: borrowing SQLiteRow) {
        self.init(
            id: row.text(0), room: row.id(1), author: row.id(2), content: row.blob(3), created: row.int(4),
            due: row.optionalInt(5), event: row.optionalText(6).map { EventID(unchecked: $0) },
            isWithdrawn: row.bool(7))
    }
}

extension SQLiteReader: AnnouncementReading {
    func announcement(_ id: String) throws(StoreError) -> StoredAnnouncement? {
        try connection.first(
            "SELECT \(.announcementColumns) FROM announcements WHERE id = ?", id, row: StoredAnnouncement.init)
    }

    func announcements(limit: Int) throws(StoreError) -> [StoredAnnouncement] {
        let sql: SQL = "SELECT \(.announcementColumns) FROM announcements ORDER BY created DESC, id LIMIT ?"
        return try connection.all(sql, limit, row: StoredAnnouncement.init)
    }

    func announcementsDue(at time: Int64, limit: Int) throws(StoreError) -> [StoredAnnouncement] {
        let sql: SQL = """
            SELECT \(.announcementColumns) FROM announcements WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?
            """
        return try connection.all(sql, time, limit, row: StoredAnnouncement.init)
    }

    func nextAnnouncementDue() throws(StoreError) -> Int64? {
        let sql: SQL = "SELECT due FROM announcements WHERE due IS NOT NULL ORDER BY due LIMIT 1"
        return try connection.first(sql) { $0.int(0) }
    }
}

extension SQLiteWriter: AnnouncementWriting {
    func setAnnouncement(_ announcement: StoredAnnouncement) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO announcements(\(.announcementColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, announcement.id, announcement.room, announcement.author, announcement.content, announcement.created,
            announcement.due, announcement.event, announcement.isWithdrawn)
    }
}
