import MatrixAPI
import Store

extension StoredSecondServer {
    fileprivate static let columns: SQL = "name, title, url, upstream, token_hash, created"

    /// - Parameter row: `columns`.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            name: row.text(0), title: row.text(1), url: row.text(2), upstream: row.optionalText(3),
            tokenHash: row.hash(4), created: row.int(5))
    }
}

extension SQLiteReader: SecondServerReading {
    func secondServers() throws(StoreError) -> [StoredSecondServer] {
        let sql: SQL = "SELECT \(StoredSecondServer.columns) FROM second_servers ORDER BY name"
        return try connection.all(sql) { StoredSecondServer(row: $0) }
    }

    func secondServer(_ name: String) throws(StoreError) -> StoredSecondServer? {
        let sql: SQL = "SELECT \(StoredSecondServer.columns) FROM second_servers WHERE name = ?"
        return try connection.first(sql, name) { StoredSecondServer(row: $0) }
    }

    func secondServer(token: TokenHash) throws(StoreError) -> StoredSecondServer? {
        let sql: SQL = "SELECT \(StoredSecondServer.columns) FROM second_servers WHERE token_hash = ?"
        return try connection.first(sql, token) { StoredSecondServer(row: $0) }
    }

    func sessionConsent(of user: UserID, to server: String) throws(StoreError) -> StoredSessionConsent? {
        let sql: SQL = "SELECT is_refused, proven_until FROM session_consents WHERE server = ? AND user = ?"
        return try connection.first(sql, server, user) { row in
            StoredSessionConsent(server: server, user: user, isRefused: row.bool(0), provenUntil: row.int(1))
        }
    }

    func users(lastSeenAt address: String, since: Int64) throws(StoreError) -> [UserID] {
        let sql: SQL = """
            SELECT DISTINCT user FROM devices WHERE last_seen_address = ? AND last_seen >= ? ORDER BY user
            """
        return try connection.all(sql, address, since) { $0.id(0) }
    }
}

extension SQLiteWriter: SecondServerWriting {
    func setSecondServer(_ server: StoredSecondServer) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO second_servers(\(StoredSecondServer.columns)) VALUES (?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, server.name, server.title, server.url, server.upstream, server.tokenHash, server.created)
    }

    func deleteSecondServer(_ name: String) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM session_consents WHERE server = ?", name)
        return try connection.run("DELETE FROM second_servers WHERE name = ?", name) > 0
    }

    func setSessionConsent(_ consent: StoredSessionConsent) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO session_consents(server, user, is_refused, proven_until) VALUES (?, ?, ?, ?)
            """
        try connection.run(sql, consent.server, consent.user, consent.isRefused, consent.provenUntil)
    }
}
