import MatrixAPI
import Store

extension StoredAccessToken {
    /// - Parameter row: hash, user, device, expires, created.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            hash: row.hash(0), user: row.id(1), device: row.device(2), expires: row.optionalInt(3), created: row.int(4))
    }
}

extension StoredRefreshToken {
    /// - Parameter row: hash, user, device, access_hash, is_used.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            hash: row.hash(0), user: row.id(1), device: row.device(2), accessHash: row.hash(3), isUsed: row.bool(4))
    }
}

extension SQLiteReader: AccessTokenReading {
    func accessToken(_ hash: TokenHash) throws(StoreError) -> StoredAccessToken? {
        let sql: SQL = "SELECT hash, user, device, expires, created FROM access_tokens WHERE hash = ?"
        return try connection.first(sql, hash) { StoredAccessToken(row: $0) }
    }

    func accessTokens(of user: UserID) throws(StoreError) -> [StoredAccessToken] {
        let sql: SQL = """
            SELECT hash, user, device, expires, created FROM access_tokens WHERE user = ? ORDER BY device, hash
            """
        return try connection.all(sql, user) { StoredAccessToken(row: $0) }
    }

    func refreshToken(_ hash: TokenHash) throws(StoreError) -> StoredRefreshToken? {
        let sql: SQL = "SELECT hash, user, device, access_hash, is_used FROM refresh_tokens WHERE hash = ?"
        return try connection.first(sql, hash) { StoredRefreshToken(row: $0) }
    }

    func refreshTokens(of user: UserID, device: DeviceID) throws(StoreError) -> [StoredRefreshToken] {
        let sql: SQL = """
            SELECT hash, user, device, access_hash, is_used FROM refresh_tokens
            WHERE user = ? AND device = ? ORDER BY hash
            """
        return try connection.all(sql, user, device) { StoredRefreshToken(row: $0) }
    }
}

extension SQLiteWriter: AccessTokenWriting {
    func insertAccessToken(_ token: StoredAccessToken) throws(StoreError) {
        let sql: SQL = "INSERT INTO access_tokens(hash, user, device, expires, created) VALUES (?, ?, ?, ?, ?)"
        try connection.run(sql, token.hash, token.user, token.device, token.expires, token.created)
    }

    func deleteAccessToken(_ hash: TokenHash) throws(StoreError) {
        try connection.run("DELETE FROM access_tokens WHERE hash = ?", hash)
    }

    func deleteTokens(of user: UserID, device: DeviceID?) throws(StoreError) {
        if let device {
            try connection.run("DELETE FROM access_tokens WHERE user = ? AND device = ?", user, device)
            try connection.run("DELETE FROM refresh_tokens WHERE user = ? AND device = ?", user, device)
        } else {
            try connection.run("DELETE FROM access_tokens WHERE user = ?", user)
            try connection.run("DELETE FROM refresh_tokens WHERE user = ?", user)
        }
    }

    func insertRefreshToken(_ token: StoredRefreshToken) throws(StoreError) {
        let sql: SQL = "INSERT INTO refresh_tokens(hash, user, device, access_hash, is_used) VALUES (?, ?, ?, ?, ?)"
        try connection.run(sql, token.hash, token.user, token.device, token.accessHash, token.isUsed)
    }

    func markRefreshTokenUsed(_ hash: TokenHash) throws(StoreError) {
        try connection.run("UPDATE refresh_tokens SET is_used = 1 WHERE hash = ?", hash)
    }

    func deleteRefreshToken(_ hash: TokenHash) throws(StoreError) {
        try connection.run("DELETE FROM refresh_tokens WHERE hash = ?", hash)
    }
}
