import MatrixAPI
import Store

extension SQL {
    /// What ``StoredReceipt/init(row:)`` reads.
    fileprivate static let receiptColumns: SQL = """
        r.room_id, c.user, c.type, c.thread, c.event_id, c.event_position, c.timestamp, c.position
        """
}

extension StoredReceipt {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            room: row.id(0), user: row.id(1), type: row.text(2), thread: row.text(3), eventID: row.id(4),
            eventPosition: row.int(5), timestamp: row.int(6), position: row.int(7))
    }
}

extension SQLiteReader: ReceiptReading {
    private static let ofRoom: SQL = """
        SELECT \(.receiptColumns) FROM rooms r CROSS JOIN receipts c ON c.room = r.number WHERE r.room_id = ?
        """
    private static let ofUser: SQL = """
        SELECT \(.receiptColumns) FROM rooms r CROSS JOIN receipts c ON c.room = r.number
        WHERE r.room_id = ? AND c.user = ?
        """
    private static let changed: SQL = """
        SELECT \(.receiptColumns) FROM rooms r CROSS JOIN receipts c INDEXED BY receipts_changes ON c.room = r.number
        WHERE r.room_id = ? AND c.position > ? AND c.position <= ? ORDER BY c.position
        """
    private static let allChanged: SQL = """
        SELECT \(.receiptColumns) FROM rooms r CROSS JOIN receipts c INDEXED BY receipts_changes ON c.room = r.number
        WHERE c.position > ? AND c.position <= ?
        """

    func receipts(in room: RoomID) throws(StoreError) -> [StoredReceipt] {
        try connection.all(Self.ofRoom, room) { StoredReceipt(row: $0) }
    }

    func receipts(of user: UserID, in room: RoomID) throws(StoreError) -> [StoredReceipt] {
        try connection.all(Self.ofUser, room, user) { StoredReceipt(row: $0) }
    }

    func receipts(in rooms: [RoomID], after: Int64, through: Int64) throws(StoreError) -> [StoredReceipt] {
        var receipts: [StoredReceipt] = []
        for room in rooms {
            receipts += try connection.all(Self.changed, room, after, through) { StoredReceipt(row: $0) }
        }
        return receipts
    }

    func receipts(after: Int64, through: Int64) throws(StoreError) -> [StoredReceipt] {
        try connection.all(Self.allChanged, after, through) { StoredReceipt(row: $0) }
    }
}

extension SQLiteWriter: ReceiptWriting {
    private static let set: SQL = """
        INSERT INTO receipts(room, user, type, thread, event_id, event_position, timestamp, position)
        VALUES (\(.roomNumber), ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET event_id = excluded.event_id, event_position = excluded.event_position,
            timestamp = excluded.timestamp, position = excluded.position
        """

    func setReceipt(_ receipt: StoredReceipt) throws(StoreError) {
        try connection.run(
            Self.set, receipt.room, receipt.user, receipt.type, receipt.thread, receipt.eventID,
            receipt.eventPosition, receipt.timestamp, receipt.position)
    }
}
