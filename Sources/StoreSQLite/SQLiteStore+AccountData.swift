import MatrixAPI
import Store

extension SQL {
    /// What ``StoredAccountData/init(row:)`` reads; `r` is missing for global data.
    fileprivate static let accountDataColumns: SQL = "a.user, r.room_id, a.type, a.json, a.position, a.is_deleted"
    fileprivate static let accountDataTables: SQL = "account_data a LEFT JOIN rooms r ON r.number = a.room"
    /// The room of a parameter: 0 where it is NULL, as global data have it.
    fileprivate static let accountDataRoom: SQL = """
        (SELECT CASE WHEN ?2 IS NULL THEN 0 ELSE (SELECT number FROM rooms WHERE room_id = ?2) END)
        """
}

extension StoredAccountData {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            user: row.id(0), room: row.optionalText(1).map { RoomID(unchecked: $0) }, type: row.text(2),
            json: row.blob(3), position: row.int(4), isDeleted: row.bool(5))
    }
}

extension SQLiteReader: AccountDataReading {
    private static let one: SQL = """
        SELECT \(.accountDataColumns) FROM \(.accountDataTables)
        WHERE a.user = ?1 AND a.room = \(.accountDataRoom) AND a.type = ?3
        """
    private static let ofRoom: SQL = """
        SELECT \(.accountDataColumns) FROM \(.accountDataTables)
        WHERE a.user = ?1 AND a.room = \(.accountDataRoom) AND a.is_deleted = 0 ORDER BY a.type
        """
    private static let changed: SQL = """
        SELECT \(.accountDataColumns) FROM \(.accountDataTables)
        WHERE a.user = ? AND a.position > ? AND a.position <= ? ORDER BY a.position
        """

    func accountData(of user: UserID, room: RoomID?, type: String) throws(StoreError) -> StoredAccountData? {
        try connection.first(Self.one, user, room, type) { StoredAccountData(row: $0) }
    }

    func accountData(of user: UserID, room: RoomID?) throws(StoreError) -> [StoredAccountData] {
        try connection.all(Self.ofRoom, user, room) { StoredAccountData(row: $0) }
    }

    func accountData(of user: UserID, after: Int64, through: Int64) throws(StoreError) -> [StoredAccountData] {
        try connection.all(Self.changed, user, after, through) { StoredAccountData(row: $0) }
    }
}

extension SQLiteWriter: AccountDataWriting {
    private static let set: SQL = """
        INSERT INTO account_data(user, room, type, json, position, is_deleted)
        VALUES (?1, \(.accountDataRoom), ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET json = excluded.json, position = excluded.position, is_deleted = excluded.is_deleted
        """

    func setAccountData(_ data: StoredAccountData) throws(StoreError) {
        try connection.run(Self.set, data.user, data.room, data.type, data.json, data.position, data.isDeleted)
    }
}
