import MatrixAPI
import Store

extension SQL {
    fileprivate static let markColumns: SQL = "position, before, through, is_held, time"
}

extension DeliveryMark {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            position: row.int(0), before: row.int(1), through: row.int(2), isHeld: row.bool(3), time: row.int(4))
    }
}

extension SQLiteReader: DeliveryReading {
    func deliveries() throws(StoreError) -> [StoredDelivery] {
        let sql: SQL = """
            SELECT d.user, r.room_id, d.rule FROM deliveries d CROSS JOIN rooms r ON r.number = d.room
            ORDER BY d.room, d.user
            """
        return try connection.all(sql) { StoredDelivery(user: $0.id(0), room: $0.id(1), rule: $0.blob(2)) }
    }

    func deliveryMark(of user: UserID, in room: RoomID, at position: Int64) throws(StoreError) -> DeliveryMark? {
        let sql: SQL = """
            SELECT \(.markColumns) FROM delivery_marks
            WHERE user = ? AND room = \(.roomNumber) AND position <= ? ORDER BY position DESC LIMIT 1
            """
        return try connection.first(sql, user, room, position) { DeliveryMark(row: $0) }
    }

    func firstDeliveryMark(of user: UserID, in room: RoomID) throws(StoreError) -> DeliveryMark? {
        let sql: SQL = """
            SELECT \(.markColumns) FROM delivery_marks
            WHERE user = ? AND room = \(.roomNumber) ORDER BY position LIMIT 1
            """
        return try connection.first(sql, user, room) { DeliveryMark(row: $0) }
    }
}

extension SQLiteWriter: DeliveryWriting {
    func setDelivery(_ delivery: StoredDelivery) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO deliveries(room, user, rule) VALUES (\(.roomNumber), ?, ?)
            ON CONFLICT DO UPDATE SET rule = excluded.rule
            """
        try connection.run(sql, delivery.room, delivery.user, delivery.rule)
    }

    func insertDeliveryMark(_ mark: DeliveryMark, of user: UserID, in room: RoomID, keeping kept: Int)
        throws(StoreError)
    {
        let sql: SQL = """
            INSERT INTO delivery_marks(user, room, position, before, through, is_held, time)
            VALUES (?, \(.roomNumber), ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, user, room, mark.position, mark.before, mark.through, mark.isHeld, mark.time)
        let prune: SQL = """
            DELETE FROM delivery_marks WHERE user = ?1 AND room = (SELECT number FROM rooms WHERE room_id = ?2)
                AND position <= (SELECT position FROM delivery_marks
                    WHERE user = ?1 AND room = (SELECT number FROM rooms WHERE room_id = ?2)
                    ORDER BY position DESC LIMIT 1 OFFSET ?3)
            """
        try connection.run(prune, user, room, kept)
    }
}
