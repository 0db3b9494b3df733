import MatrixAPI
import Store

extension StoredPresence {
    /// - Parameter row: user, presence, status_message, last_active.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            user: row.id(0), presence: row.text(1), statusMessage: row.optionalText(2), lastActive: row.int(3))
    }
}

extension SQLiteReader: PresenceReading {
    func presence(of user: UserID) throws(StoreError) -> StoredPresence? {
        let sql: SQL = "SELECT user, presence, status_message, last_active FROM presence WHERE user = ?"
        return try connection.first(sql, user) { StoredPresence(row: $0) }
    }

    func presences() throws(StoreError) -> [StoredPresence] {
        let sql: SQL = "SELECT user, presence, status_message, last_active FROM presence ORDER BY user"
        return try connection.all(sql) { StoredPresence(row: $0) }
    }
}

extension SQLiteWriter: PresenceWriting {
    func setPresence(_ presence: StoredPresence) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO presence(user, presence, status_message, last_active) VALUES (?, ?, ?, ?)
            """
        try connection.run(sql, presence.user, presence.presence, presence.statusMessage, presence.lastActive)
    }
}
