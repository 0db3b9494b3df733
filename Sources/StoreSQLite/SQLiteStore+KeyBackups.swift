import MatrixAPI
import Store

extension KeyBackupScope {
    /// The room and session to compare with; nil where all are meant.
    fileprivate var bounds: (room: RoomID?, session: String?) {
        switch self {
        case .all: (nil, nil)
        case .room(let room): (room, nil)
        case .session(let room, let session): (room, session)
        }
    }
}

extension SQLiteReader: KeyBackupReading {
    func keyBackupVersion(_ version: Int64?, of user: UserID) throws(StoreError) -> StoredKeyBackupVersion? {
        let sql: SQL = """
            SELECT version, algorithm, auth_data, etag, count FROM key_backup_versions
            WHERE user = ? AND is_deleted = 0 AND (?2 IS NULL OR version = ?2) ORDER BY version DESC LIMIT 1
            """
        return try connection.first(sql, user, version) {
            StoredKeyBackupVersion(
                user: user, version: $0.int(0), algorithm: $0.text(1), authData: $0.blob(2), etag: $0.int(3),
                count: Int($0.int(4)))
        }
    }

    func backupSessions(_ scope: KeyBackupScope, of user: UserID, version: Int64)
        throws(StoreError) -> [StoredBackupSession]
    {
        let sql: SQL = """
            SELECT room, session, json FROM key_backup_sessions
            WHERE user = ? AND version = ? AND room >= ?3 AND (?3 = '' OR room = ?3) AND (?4 IS NULL OR session = ?4)
            ORDER BY room, session
            """
        let (room, session) = scope.bounds
        return try connection.all(sql, user, version, room?.string ?? "", session) {
            StoredBackupSession(room: $0.id(0), session: $0.text(1), json: $0.blob(2))
        }
    }
}

extension SQLiteWriter: KeyBackupWriting {
    func insertKeyBackupVersion(of user: UserID, algorithm: String, authData: [UInt8]) throws(StoreError) -> Int64 {
        // Deleted versions count too.
        let newest: SQL = "SELECT max(version) FROM key_backup_versions WHERE user = ?"
        let version = (try connection.first(newest, user) { $0.int(0) } ?? 0) + 1
        let sql: SQL = """
            INSERT INTO key_backup_versions(user, version, algorithm, auth_data, etag, count, is_deleted)
            VALUES (?, ?, ?, ?, 0, 0, 0)
            """
        try connection.run(sql, user, version, algorithm, authData)
        return version
    }

    func setKeyBackupAuthData(_ authData: [UInt8], of user: UserID, version: Int64) throws(StoreError) {
        let sql: SQL = "UPDATE key_backup_versions SET auth_data = ? WHERE user = ? AND version = ? AND is_deleted = 0"
        try connection.run(sql, authData, user, version)
    }

    func deleteKeyBackupVersion(_ version: Int64, of user: UserID) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM key_backup_sessions WHERE user = ? AND version = ?", user, version)
        let sql: SQL = """
            UPDATE key_backup_versions SET is_deleted = 1, auth_data = x'', count = 0
            WHERE user = ? AND version = ? AND is_deleted = 0
            """
        return try connection.run(sql, user, version) > 0
    }

    func setBackupSessions(_ sessions: [StoredBackupSession], of user: UserID, version: Int64) throws(StoreError) {
        let update: SQL = """
            UPDATE key_backup_sessions SET json = ? WHERE user = ? AND version = ? AND room = ? AND session = ?
            """
        let insert: SQL = """
            INSERT INTO key_backup_sessions(json, user, version, room, session) VALUES (?, ?, ?, ?, ?)
            """
        var added = 0
        for session in sessions {
            let updated = try connection.run(update, session.json, user, version, session.room, session.session)
            if updated > 0 { continue }
            try connection.run(insert, session.json, user, version, session.room, session.session)
            added += 1
        }
        if !sessions.isEmpty { try changeCount(by: added, of: user, version: version) }
    }

    func deleteBackupSessions(_ scope: KeyBackupScope, of user: UserID, version: Int64) throws(StoreError) -> Int {
        let sql: SQL = """
            DELETE FROM key_backup_sessions
            WHERE user = ? AND version = ? AND room >= ?3 AND (?3 = '' OR room = ?3) AND (?4 IS NULL OR session = ?4)
            """
        let (room, session) = scope.bounds
        let deleted = try connection.run(sql, user, version, room?.string ?? "", session)
        if deleted > 0 { try changeCount(by: -deleted, of: user, version: version) }
        return deleted
    }

    private func changeCount(by change: Int, of user: UserID, version: Int64) throws(StoreError) {
        let sql: SQL = """
            UPDATE key_backup_versions SET etag = etag + 1, count = count + ? WHERE user = ? AND version = ?
            """
        try connection.run(sql, change, user, version)
    }
}
