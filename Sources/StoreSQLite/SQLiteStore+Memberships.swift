import MatrixAPI
import Store

extension SQL {
    /// What ``StoredMembership/init(row:)`` reads.
    fileprivate static let membershipColumns: SQL = """
        m.user, r.room_id, m.membership, m.position, m.sender, m.is_direct, m.is_forgotten
        """
}

extension StoredMembership {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            // The schema checks that it is one of them.
            user: row.id(0), room: row.id(1), membership: Membership(rawValue: row.text(2)) ?? .leave,
            position: row.int(3), sender: row.id(4), isDirect: row.bool(5), isForgotten: row.bool(6))
    }
}

extension SQLiteReader: MembershipReading {
    private static let one: SQL = """
        SELECT \(.membershipColumns) FROM memberships m JOIN rooms r ON r.number = m.room
        WHERE m.user = ? AND m.room = \(.roomNumber)
        """
    private static let ofUser: SQL = """
        SELECT \(.membershipColumns) FROM memberships m CROSS JOIN rooms r ON r.number = m.room
        WHERE m.user = ? ORDER BY r.room_id
        """
    private static let changedOfUser: SQL = """
        SELECT r.room_id FROM memberships m CROSS JOIN rooms r ON r.number = m.room
        WHERE m.user = ?1 AND (m.position > ?2
            OR EXISTS (SELECT 1 FROM events e INDEXED BY events_room WHERE e.room = m.room AND e.position > ?2)
            OR EXISTS (
                SELECT 1 FROM receipts c INDEXED BY receipts_changes WHERE c.room = m.room AND c.position > ?2)
            OR EXISTS (
                SELECT 1 FROM delivery_marks d WHERE d.user = m.user AND d.room = m.room AND d.position > ?2))
        """
    private static let ofRoom: SQL = """
        SELECT \(.membershipColumns) FROM memberships m INDEXED BY memberships_room CROSS JOIN rooms r ON r.number = m.room
        WHERE m.room = \(.roomNumber) AND m.user > ? ORDER BY m.user LIMIT ?
        """
    private static let ofRoomWith: SQL = """
        SELECT \(.membershipColumns) FROM memberships m INDEXED BY memberships_room CROSS JOIN rooms r ON r.number = m.room
        WHERE m.room = \(.roomNumber) AND m.membership = ? AND m.user > ? ORDER BY m.user LIMIT ?
        """

    func membership(of user: UserID, in room: RoomID) throws(StoreError) -> StoredMembership? {
        try connection.first(Self.one, user, room) { StoredMembership(row: $0) }
    }

    func memberships(of user: UserID) throws(StoreError) -> [StoredMembership] {
        try connection.all(Self.ofUser, user) { StoredMembership(row: $0) }
    }

    func rooms(of user: UserID, changedAfter position: Int64) throws(StoreError) -> [RoomID] {
        try connection.all(Self.changedOfUser, user, position) { $0.id(0) }
    }

    func members(of room: RoomID, membership: Membership?, after: UserID?, limit: Int)
        throws(StoreError) -> [StoredMembership]
    {
        let after = after?.string ?? ""
        let limit = max(0, limit)
        if let membership {
            return try connection.all(Self.ofRoomWith, room, membership, after, limit) { StoredMembership(row: $0) }
        }
        return try connection.all(Self.ofRoom, room, after, limit) { StoredMembership(row: $0) }
    }

    func memberCount(of room: RoomID, membership: Membership) throws(StoreError) -> Int {
        if membership == .join {
            let sql: SQL = "SELECT joined_members FROM rooms WHERE room_id = ?"
            return try connection.first(sql, room) { Int($0.int(0)) } ?? 0
        }
        let sql: SQL = """
            SELECT count(*) FROM memberships INDEXED BY memberships_room WHERE room = \(.roomNumber) AND membership = ?
            """
        return try connection.first(sql, room, membership) { Int($0.int(0)) } ?? 0
    }

    func forEachMember(with membership: Membership, _ body: (RoomID, UserID) -> Void) throws(StoreError) {
        let sql: SQL = """
            SELECT r.room_id, m.user FROM rooms r CROSS JOIN memberships m INDEXED BY memberships_room ON m.room = r.number
            WHERE m.membership = ? ORDER BY r.number
            """
        try connection.forEach(sql, membership) {
            body($0.id(0), $0.id(1))
            return true
        }
    }
}

extension SQLiteWriter: MembershipWriting {
    private static let set: SQL = """
        INSERT INTO memberships(user, room, membership, position, sender, is_direct, is_forgotten)
        VALUES (?, \(.roomNumber), ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET membership = excluded.membership, position = excluded.position,
            sender = excluded.sender, is_direct = excluded.is_direct, is_forgotten = excluded.is_forgotten
        """

    func setMembership(_ membership: StoredMembership) throws(StoreError) {
        let earlier = try self.membership(of: membership.user, in: membership.room)
        try connection.run(
            Self.set, membership.user, membership.room, membership.membership, membership.position,
            membership.sender, membership.isDirect, membership.isForgotten)
        let change = (membership.membership == .join ? 1 : 0) - (earlier?.membership == .join ? 1 : 0)
        guard change != 0 else { return }
        let sql: SQL = "UPDATE rooms SET joined_members = joined_members + ? WHERE room_id = ?"
        try connection.run(sql, change, membership.room)
    }

    func forget(room: RoomID, user: UserID) throws(StoreError) {
        let sql: SQL = "UPDATE memberships SET is_forgotten = 1 WHERE user = ? AND room = \(.roomNumber)"
        try connection.run(sql, user, room)
    }
}
