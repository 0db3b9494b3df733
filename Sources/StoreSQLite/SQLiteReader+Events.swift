import MatrixAPI
import Store

extension SQL {
    /// What ``Event/init(row:)`` reads. `e` is the event, `r` its room, `p` the state event that it replaced: its
    /// content is looked up, so that it is kept once and a redaction of it shows.
    static let eventColumns: SQL = """
        e.position, r.room_id, e.event_id, e.type, e.state_key, e.sender, e.timestamp, e.json, e.content_start,
        e.content_end, e.transaction_device, e.transaction_id, e.replaces,
        substr(p.json, p.content_start + 1, p.content_end - p.content_start), e.redacted_because
        """

    /// Joins `r` and `p` to `e`. CROSS keeps SQLite from beginning with the rooms.
    static let eventJoins: SQL = """
        CROSS JOIN rooms r ON r.number = e.room LEFT JOIN events p ON p.position = e.replaces
        """

    /// The room of a parameter; NULL when there is none, which finds nothing and can't be inserted.
    static let roomNumber: SQL = "(SELECT number FROM rooms WHERE room_id = ?)"
}

extension Event {
    /// - Parameter row: with the columns ``SQL/eventColumns``.
    convenience init(row: borrowing SQLiteRow) {
        let sender = row.text(5)
        let stateKey = row.optionalText(4)
        var transaction: EventTransaction?
        if let device = row.optionalText(10) {
            transaction = EventTransaction(device: DeviceID(unchecked: device), identifier: row.text(11))
        }
        self.init(
            position: row.int(0), roomID: row.id(1), eventID: row.id(2), type: row.text(3),
            // Members' own events have one string in memory for both.
            stateKey: stateKey == sender ? sender : stateKey, sender: UserID(unchecked: sender),
            timestamp: row.int(6), json: row.blob(7), contentRange: Int(row.int(8))..<Int(row.int(9)),
            transaction: transaction, replaces: row.optionalInt(12), previousContent: row.optionalBlob(13),
            redactedBecause: row.optionalBlob(14))
    }
}

extension SQLiteReader: EventReading {
    private static let eventByID: SQL = """
        SELECT \(.eventColumns) FROM events e \(.eventJoins) WHERE e.event_id = ?
        """
    private static let eventByPosition: SQL = """
        SELECT \(.eventColumns) FROM events e \(.eventJoins) WHERE e.position = ?
        """
    private static let roomForward: SQL = """
        SELECT \(.eventColumns) FROM events e INDEXED BY events_room \(.eventJoins)
        WHERE e.room = \(.roomNumber) AND e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?
        """
    private static let roomBackward: SQL = """
        SELECT \(.eventColumns) FROM events e INDEXED BY events_room \(.eventJoins)
        WHERE e.room = \(.roomNumber) AND e.position > ? AND e.position <= ? ORDER BY e.position DESC LIMIT ?
        """
    private static let allForward: SQL = """
        SELECT \(.eventColumns) FROM events e \(.eventJoins)
        WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?
        """

    func event(_ id: EventID) throws(StoreError) -> Event? {
        try connection.first(Self.eventByID, id) { Event(row: $0) }
    }

    func event(at position: Int64) throws(StoreError) -> Event? {
        try connection.first(Self.eventByPosition, position) { Event(row: $0) }
    }

    func events(in room: RoomID, after: Int64, through: Int64, order: TimelineOrder, limit: Int)
        throws(StoreError) -> [Event]
    {
        let sql = order == .forward ? Self.roomForward : Self.roomBackward
        return try connection.all(sql, room, after, through, max(0, limit)) { Event(row: $0) }
    }

    func positionsWithoutMembers(in room: RoomID, through: Int64, ofNewest count: Int) throws(StoreError) -> [Int64] {
        let sql: SQL = """
            SELECT position FROM (
                SELECT position, type FROM events INDEXED BY events_room
                WHERE room = \(.roomNumber) AND position <= ? ORDER BY position DESC LIMIT ?)
            WHERE type <> 'm.room.member' ORDER BY position
            """
        return try connection.all(sql, room, through, max(0, count)) { $0.int(0) }
    }

    func events(after: Int64, through: Int64, limit: Int) throws(StoreError) -> [Event] {
        try connection.all(Self.allForward, after, through, max(0, limit)) { Event(row: $0) }
    }

    func eventCount(in room: RoomID, after: Int64, through: Int64) throws(StoreError) -> Int {
        let sql: SQL = """
            SELECT count(*) FROM events INDEXED BY events_room
            WHERE room = \(.roomNumber) AND position > ? AND position <= ?
            """
        return try connection.first(sql, room, after, through) { Int($0.int(0)) } ?? 0
    }

    func eventCount() throws(StoreError) -> Int {
        try connection.first("SELECT count(*) FROM events") { Int($0.int(0)) } ?? 0
    }
}
