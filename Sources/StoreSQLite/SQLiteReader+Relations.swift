import MatrixAPI
import Store

extension SQLiteReader: RelationReading {
    private static let relationFilter: SQL = """
        e.relates_to = ? AND e.room = \(.roomNumber) AND e.position > ? AND e.position <= ?
        AND (?5 IS NULL OR e.relation_type = ?5) AND (?6 IS NULL OR e.type = ?6)
        """
    private static let relationsForward: SQL = """
        SELECT \(.eventColumns) FROM events e INDEXED BY events_relations \(.eventJoins)
        WHERE \(relationFilter) ORDER BY e.position LIMIT ?
        """
    private static let relationsBackward: SQL = """
        SELECT \(.eventColumns) FROM events e INDEXED BY events_relations \(.eventJoins)
        WHERE \(relationFilter) ORDER BY e.position DESC LIMIT ?
        """

    func relations(
        to parent: EventID, in room: RoomID, relationType: String?, eventType: String?, after: Int64, through: Int64,
        order: TimelineOrder, limit: Int
    ) throws(StoreError) -> [Event] {
        let sql = order == .forward ? Self.relationsForward : Self.relationsBackward
        return try connection.all(
            sql, parent, room, after, through, relationType, eventType, max(0, limit)
        ) { Event(row: $0) }
    }

    func relationCount(to parent: EventID, in room: RoomID, relationType: String) throws(StoreError) -> Int {
        let sql: SQL = """
            SELECT count(*) FROM events INDEXED BY events_relations
            WHERE relates_to = ? AND room = \(.roomNumber) AND relation_type = ?
            """
        return try connection.first(sql, parent, room, relationType) { Int($0.int(0)) } ?? 0
    }

    func relationCounts(to parent: EventID, in room: RoomID) throws(StoreError) -> [String: Int] {
        let sql: SQL = """
            SELECT relation_type, count(*) FROM events INDEXED BY events_relations
            WHERE relates_to = ? AND room = \(.roomNumber)
            AND relation_type IN ('m.replace', 'm.thread', 'm.reference') GROUP BY relation_type
            """
        let counts = try connection.all(sql, parent, room) { ($0.text(0), Int($0.int(1))) }
        // What SQLite takes for two texts may be one to Swift, and members choose these.
        return Dictionary(counts, uniquingKeysWith: +)
    }

    func hasRelation(to parent: EventID, in room: RoomID, relationType: String, by user: UserID)
        throws(StoreError) -> Bool
    {
        let sql: SQL = """
            SELECT 1 FROM events INDEXED BY events_relations
            WHERE relates_to = ? AND room = \(.roomNumber) AND relation_type = ? AND sender = ? LIMIT 1
            """
        return try connection.first(sql, parent, room, relationType, user) { _ in true } ?? false
    }

    func threads(in room: RoomID, through: Int64, limit: Int) throws(StoreError) -> [StoredThread] {
        let sql: SQL = """
            SELECT relates_to, max(position) AS latest, count(*) FROM events INDEXED BY events_threads
            WHERE room = \(.roomNumber) AND relation_type = 'm.thread' GROUP BY relates_to
            HAVING latest <= ? ORDER BY latest DESC LIMIT ?
            """
        return try connection.all(sql, room, through, max(0, limit)) {
            StoredThread(root: $0.id(0), latestPosition: $0.int(1), count: Int($0.int(2)))
        }
    }
}
