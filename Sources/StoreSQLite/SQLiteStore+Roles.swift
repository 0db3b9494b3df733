import MatrixAPI
import Store

extension SQLiteReader: RoleReading {
    func roles() throws(StoreError) -> [StoredRole] {
        try connection.all("SELECT user, role FROM member_roles ORDER BY user, role") {
            StoredRole(user: $0.id(0), role: $0.text(1))
        }
    }

    func roles(of user: UserID) throws(StoreError) -> [String] {
        try connection.all("SELECT role FROM member_roles WHERE user = ? ORDER BY role", user) { $0.text(0) }
    }

    func users(withRole role: String) throws(StoreError) -> [UserID] {
        try connection.all("SELECT user FROM member_roles WHERE role = ? ORDER BY user", role) { $0.id(0) }
    }

    func users(ofKind kind: AccountKind) throws(StoreError) -> [UserID] {
        let sql: SQL = """
            SELECT user FROM accounts INDEXED BY accounts_kind WHERE is_deactivated = 0 AND kind = ? ORDER BY user
            """
        return try connection.all(sql, kind) { $0.id(0) }
    }

    func membersWithoutMembership(in room: RoomID, after: UserID?, limit: Int) throws(StoreError) -> [UserID] {
        let sql: SQL = """
            SELECT a.user FROM accounts a
            LEFT JOIN memberships m ON m.user = a.user AND m.room = \(.roomNumber)
            WHERE m.user IS NULL AND a.is_deactivated = 0 AND a.kind <> 'guest' AND a.user > ?
            ORDER BY a.user LIMIT ?
            """
        return try connection.all(sql, room, after?.string ?? "", max(0, limit)) { $0.id(0) }
    }
}

extension SQLiteWriter: RoleWriting {
    func insertRole(_ role: StoredRole) throws(StoreError) {
        try connection.run("INSERT OR IGNORE INTO member_roles(user, role) VALUES (?, ?)", role.user, role.role)
    }

    func deleteRole(_ role: StoredRole) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM member_roles WHERE user = ? AND role = ?", role.user, role.role) > 0
    }
}
