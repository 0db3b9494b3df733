import Store

extension StoredRegistrationToken {
    /// - Parameter row: token, uses_allowed, pending, completed, expires.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            token: row.text(0), usesAllowed: row.optionalInt(1).map { Int($0) }, pending: Int(row.int(2)),
            completed: Int(row.int(3)), expires: row.optionalInt(4))
    }
}

extension SQLiteReader: RegistrationTokenReading {
    func registrationToken(_ token: String) throws(StoreError) -> StoredRegistrationToken? {
        let sql: SQL = """
            SELECT token, uses_allowed, pending, completed, expires FROM registration_tokens WHERE token = ?
            """
        return try connection.first(sql, token) { StoredRegistrationToken(row: $0) }
    }

    func registrationTokens() throws(StoreError) -> [StoredRegistrationToken] {
        let sql: SQL = """
            SELECT token, uses_allowed, pending, completed, expires FROM registration_tokens ORDER BY token
            """
        return try connection.all(sql) { StoredRegistrationToken(row: $0) }
    }
}

extension SQLiteWriter: RegistrationTokenWriting {
    func setRegistrationToken(_ token: StoredRegistrationToken) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO registration_tokens(token, uses_allowed, pending, completed, expires)
            VALUES (?, ?, ?, ?, ?)
            """
        try connection.run(sql, token.token, token.usesAllowed, token.pending, token.completed, token.expires)
    }

    func deleteRegistrationToken(_ token: String) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM registration_tokens WHERE token = ?", token) > 0
    }
}
