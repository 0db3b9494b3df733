import MatrixAPI
import Store

extension SQL {
    fileprivate static let delayedColumns: SQL = "id, sender, room, type, state_key, content, delay, started"
}

extension StoredDelayedEvent {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            id: row.text(0), sender: row.id(1), room: row.id(2), type: row.text(3), stateKey: row.optionalText(4),
            content: row.blob(5), delay: row.int(6), started: row.int(7))
    }
}

extension SQLiteReader: DelayedEventReading {
    func delayedEvent(_ id: String) throws(StoreError) -> StoredDelayedEvent? {
        let sql: SQL = "SELECT \(.delayedColumns) FROM delayed_events WHERE id = ?"
        return try connection.first(sql, id) { StoredDelayedEvent(row: $0) }
    }

    func delayedEvents(of sender: UserID) throws(StoreError) -> [StoredDelayedEvent] {
        let sql: SQL = "SELECT \(.delayedColumns) FROM delayed_events WHERE sender = ? ORDER BY due, id"
        return try connection.all(sql, sender) { StoredDelayedEvent(row: $0) }
    }

    func delayedEvents(limit: Int) throws(StoreError) -> [StoredDelayedEvent] {
        let sql: SQL = "SELECT \(.delayedColumns) FROM delayed_events ORDER BY due, id LIMIT ?"
        return try connection.all(sql, max(0, limit)) { StoredDelayedEvent(row: $0) }
    }

    func delayedStates() throws(StoreError) -> [(room: RoomID, key: StateKey)] {
        let sql: SQL = "SELECT DISTINCT room, type, state_key FROM delayed_events WHERE state_key IS NOT NULL"
        return try connection.all(sql) { ($0.id(0), StateKey($0.text(1), $0.text(2))) }
    }
}

extension SQLiteWriter: DelayedEventWriting {
    func insertDelayedEvent(_ event: StoredDelayedEvent) throws(StoreError) {
        let sql: SQL = "INSERT INTO delayed_events(\(.delayedColumns), due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        try connection.run(
            sql, event.id, event.sender, event.room, event.type, event.stateKey, event.content, event.delay,
            event.started, event.due)
    }

    func restartDelayedEvent(_ id: String, at time: Int64) throws(StoreError) {
        try connection.run("UPDATE delayed_events SET started = ?1, due = ?1 + delay WHERE id = ?2", time, id)
    }

    func deleteDelayedEvent(_ id: String) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM delayed_events WHERE id = ?", id) > 0
    }

    func deleteDelayedStates(_ key: StateKey, in room: RoomID, exceptOf sender: UserID) throws(StoreError) {
        let sql: SQL = "DELETE FROM delayed_events WHERE room = ? AND type = ? AND state_key = ? AND sender <> ?"
        try connection.run(sql, room, key.type, key.key, sender)
    }
}
