import MatrixAPI
import Store

extension SQLiteReader: ReportReading {
    func reports(after: Int64, limit: Int) throws(StoreError) -> [StoredReport] {
        let sql: SQL = """
            SELECT id, reporter, user, room, event, reason, created FROM reports WHERE id > ? ORDER BY id LIMIT ?
            """
        return try connection.all(sql, after, max(0, limit)) { row in
            StoredReport(
                id: row.int(0), reporter: row.id(1), user: row.optionalText(2).map { UserID(unchecked: $0) },
                room: row.optionalText(3).map { RoomID(unchecked: $0) },
                event: row.optionalText(4).map { EventID(unchecked: $0) }, reason: row.text(5), created: row.int(6))
        }
    }
}

extension SQLiteWriter: ReportWriting {
    func insertReport(_ report: StoredReport) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO reports(reporter, user, room, event, reason, created) VALUES (?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, report.reporter, report.user, report.room, report.event, report.reason, report.created)
    }

    func deleteReport(_ id: Int64) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM reports WHERE id = ?", id) > 0
    }
}
