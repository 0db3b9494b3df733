import MatrixAPI
import Store

extension SQLiteWriter: EventWriting {
    private static let insertEvent: SQL = """
        INSERT INTO events(
            position, room, event_id, type, state_key, sender, timestamp, content_start, content_end, replaces,
            transaction_device, transaction_id, relates_to, relation_type, json, redacted_because)
        VALUES (?, \(.roomNumber), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    func insert(_ event: Event, relation: EventRelation?) throws(StoreError) {
        try connection.run(
            Self.insertEvent, event.position, event.roomID, event.eventID, event.type, event.stateKey, event.sender,
            event.timestamp, event.contentRange.lowerBound, event.contentRange.upperBound, event.replaces,
            event.transaction?.device, event.transaction?.identifier, relation?.eventID, relation?.relationType,
            event.json, event.redactedBecause)
    }

    func redact(_ event: EventID, in room: RoomID, json: [UInt8], contentRange: Range<Int>, because: [UInt8])
        throws(StoreError)
    {
        let sql: SQL = """
            UPDATE events SET json = ?, content_start = ?, content_end = ?, redacted_because = ?, relates_to = NULL,
                relation_type = NULL
            WHERE event_id = ? AND room = \(.roomNumber)
            """
        try connection.run(sql, json, contentRange.lowerBound, contentRange.upperBound, because, event, room)
        let words: SQL = "INSERT OR IGNORE INTO word_removals SELECT position FROM events WHERE event_id = ?"
        try connection.run(words, event)
    }
}
