import JSON
import MatrixAPI
import Store

extension SQL {
    /// What ``StoredAccount/init(row:)`` reads.
    fileprivate static let accountColumns: SQL = """
        user, password_hash, kind, created, is_deactivated, is_locked, is_erased, is_suspended
        """
}

extension StoredAccount {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            // The schema checks that it is one of them.
            user: row.id(0), passwordHash: row.optionalText(1), kind: AccountKind(rawValue: row.text(2)) ?? .guest,
            created: row.int(3), isDeactivated: row.bool(4), isLocked: row.bool(5), isErased: row.bool(6),
            isSuspended: row.bool(7))
    }
}

extension SQLiteReader: AccountReading {
    private static let one: SQL = "SELECT \(.accountColumns) FROM accounts WHERE user = ?"
    private static let page: SQL = """
        SELECT \(.accountColumns) FROM accounts WHERE user > ? ORDER BY user LIMIT ?
        """

    func account(_ user: UserID) throws(StoreError) -> StoredAccount? {
        try connection.first(Self.one, user) { StoredAccount(row: $0) }
    }

    func accounts(after: UserID?, limit: Int) throws(StoreError) -> [StoredAccount] {
        try connection.all(Self.page, after?.string ?? "", max(0, limit)) { StoredAccount(row: $0) }
    }

    func accountCount(kind: AccountKind?) throws(StoreError) -> Int {
        let sql: SQL = """
            SELECT count(*) FROM accounts INDEXED BY accounts_kind
            WHERE is_deactivated = 0 AND (?1 IS NULL OR kind = ?1)
            """
        return try connection.first(sql, kind) { Int($0.int(0)) } ?? 0
    }
}

extension SQLiteWriter: AccountWriting {
    private static let insert: SQL = """
        INSERT INTO accounts(\(.accountColumns), directory_name, search_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')
        """

    func insertAccount(_ account: StoredAccount) throws(StoreError) {
        try connection.run(
            Self.insert, account.user, account.passwordHash, account.kind, account.created, account.isDeactivated,
            account.isLocked, account.isErased, account.isSuspended)
        try updateDirectory(account.user)
    }

    func updateAccount(_ account: StoredAccount) throws(StoreError) {
        let sql: SQL = """
            UPDATE accounts SET password_hash = ?, kind = ?, is_deactivated = ?, is_locked = ?, is_erased = ?,
                is_suspended = ?
            WHERE user = ?
            """
        try connection.run(
            sql, account.passwordHash, account.kind, account.isDeactivated, account.isLocked, account.isErased,
            account.isSuspended, account.user)
    }

    /// Puts the account where its localpart and display name belong in the member directory.
    private func updateDirectory(_ user: UserID) throws(StoreError) {
        let json = try profileField(MemberDirectory.displayNameField, of: user)
        let localpart = NameFolding.fold(String(user.localpart))
        let name = json.flatMap(MemberDirectory.displayName).map(NameFolding.fold) ?? ""
        let sql: SQL = "UPDATE accounts SET directory_name = ?, search_text = ? WHERE user = ?"
        try connection.run(sql, name.isEmpty ? localpart : name, "\(localpart)\n\(name)", user)
    }
}

extension SQLiteReader: ProfileReading {
    func profileField(_ key: String, of user: UserID) throws(StoreError) -> [UInt8]? {
        let sql: SQL = "SELECT json FROM profile_fields WHERE user = ? AND key = ?"
        return try connection.first(sql, user, key) { $0.blob(0) }
    }

    func profile(of user: UserID) throws(StoreError) -> [String: [UInt8]] {
        var profile: [String: [UInt8]] = [:]
        try connection.forEach("SELECT key, json FROM profile_fields WHERE user = ?", user) {
            profile[$0.text(0)] = $0.blob(1)
            return true
        }
        return profile
    }
}

extension SQLiteWriter: ProfileWriting {
    func setProfileField(_ key: String, of user: UserID, json: [UInt8]?) throws(StoreError) {
        if let json {
            let sql: SQL = """
                INSERT INTO profile_fields(user, key, json) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET json = excluded.json
                """
            try connection.run(sql, user, key, json)
        } else {
            try connection.run("DELETE FROM profile_fields WHERE user = ? AND key = ?", user, key)
        }
        if key == MemberDirectory.displayNameField { try updateDirectory(user) }
    }
}
