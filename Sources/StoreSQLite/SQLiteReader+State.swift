import MatrixAPI
import Store

extension SQLiteReader {
    private static let stateOfRoom: SQL = """
        SELECT \(.eventColumns)
        FROM (SELECT max(position) AS position FROM events INDEXED BY events_state
              WHERE room = \(.roomNumber) AND state_key IS NOT NULL AND position <= ?
              GROUP BY type, state_key) s
        CROSS JOIN events e ON e.position = s.position \(.eventJoins)
        ORDER BY e.type, e.state_key
        """
    private static let stateOfType: SQL = """
        SELECT \(.eventColumns)
        FROM (SELECT max(position) AS position FROM events INDEXED BY events_state
              WHERE room = \(.roomNumber) AND type = ? AND state_key IS NOT NULL AND position <= ?
              GROUP BY state_key) s
        CROSS JOIN events e ON e.position = s.position \(.eventJoins)
        ORDER BY e.state_key
        """
    private static let statePiece: SQL = """
        SELECT \(.eventColumns) FROM events e INDEXED BY events_state \(.eventJoins)
        WHERE e.room = \(.roomNumber) AND e.type = ? AND e.state_key = ? AND e.position <= ?
        ORDER BY e.position DESC LIMIT 1
        """
    private static let changedState: SQL = """
        SELECT \(.eventColumns)
        FROM (SELECT max(position) AS position FROM events INDEXED BY events_state_changes
              WHERE room = \(.roomNumber) AND state_key IS NOT NULL AND position > ? AND position <= ?
              GROUP BY type, state_key) s
        CROSS JOIN events e ON e.position = s.position \(.eventJoins)
        ORDER BY e.position
        """

    func state(of room: RoomID, at position: Int64) throws(StoreError) -> [Event] {
        try connection.all(Self.stateOfRoom, room, position) { Event(row: $0) }
    }

    func state(of room: RoomID, type: String, at position: Int64) throws(StoreError) -> [Event] {
        try connection.all(Self.stateOfType, room, type, position) { Event(row: $0) }
    }

    func stateEvent(in room: RoomID, _ key: StateKey, at position: Int64) throws(StoreError) -> Event? {
        try connection.first(Self.statePiece, room, key.type, key.key, position) { Event(row: $0) }
    }

    func stateChanges(in room: RoomID, after: Int64, through: Int64) throws(StoreError) -> [Event] {
        try connection.all(Self.changedState, room, after, through) { Event(row: $0) }
    }
}
