import JSON
import MatrixAPI
import SQLite

/// What events mean for others: edits, reactions, redactions.
extension Database {
    func insertRelation(of event: ReceivedEvent, in room: Int64) throws {
        let kind: String
        let target: String
        if let replaced = event.replaced {
            (kind, target) = ("m.replace", replaced)
        } else if let annotation = event.annotation {
            (kind, target) = ("m.annotation", annotation.event)
        } else if event.tellsOfCall, let call = event.callTarget {
            return try insertRelation("m.call", of: event, to: call, key: event.type, in: room)
        } else {
            return
        }
        try insertRelation(kind, of: event, to: target, key: event.annotation?.key, in: room)
        if event.replaced != nil { try updateSearch(target, by: event.sender, in: room) }
    }

    private func insertRelation(
        _ kind: String, of event: ReceivedEvent, to target: String, key: String?, in room: Int64
    ) throws {
        try run(
            """
            INSERT OR IGNORE INTO relation (event_id, room, target, kind, sender, key, timestamp, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, event.eventID, room, target, kind, event.sender, key, event.timestamp,
            Array((event.content["m.new_content"] ?? event.content).bytes))
    }

    /// What was edited is found by the text of its newest edit, in whatever order it and its edits came.
    func updateSearch(_ target: String, by sender: String, in room: Int64) throws {
        let content = try first(
            """
            SELECT content FROM relation WHERE room = ? AND target = ? AND kind = 'm.replace' AND sender = ?
            ORDER BY timestamp DESC, event_id DESC LIMIT 1
            """, room, target, sender
        ) { $0.blob(0) }
        guard let content, let value = try? JSONValue.parse(content, limits: .stored),
            let text = ReceivedEvent.text(of: value)
        else { return }
        try run(
            """
            UPDATE message SET body = ?
            WHERE rowid = (SELECT id FROM event WHERE event_id = ? AND sender = ? AND room = ?)
            """, text, target, sender, room)
    }

    /// Takes back what a redaction names: its content, its place in the search, and what it meant for others. What
    /// another room has is out of its reach.
    /// - Returns: whether the store held it.
    func redact(_ target: String, by redaction: ReceivedEvent, in room: Int64) throws -> Bool {
        try run("DELETE FROM relation WHERE event_id = ? AND room = ?", target, room)
        try run("DELETE FROM relation WHERE room = ? AND target = ? AND kind = 'm.replace'", room, target)
        let row = try first("SELECT id, json FROM event WHERE event_id = ? AND room = ?", target, room) {
            ($0.int(0), $0.blob(1))
        }
        guard let row, let event = ReceivedEvent(stored: row.1) else { return false }
        let pruned = JSONWriter.object { object in
            object.member("event_id", event.eventID)
            object.member("type", event.type)
            object.member("sender", event.sender)
            object.member("origin_server_ts", event.timestamp)
            object.memberIfPresent("state_key", event.stateKey)
            object.object("content") { content in
                if event.type == "m.room.member" { content.memberIfPresent("membership", event.content["membership"]) }
            }
            object.object("unsigned") { unsigned in
                unsigned.object("redacted_because") { because in
                    because.member("sender", redaction.sender)
                    because.member("event_id", redaction.eventID)
                    because.memberIfPresent("content", redaction.content)
                }
            }
        }
        try run("UPDATE event SET json = ? WHERE id = ?", pruned, row.0)
        try run("DELETE FROM message WHERE rowid = ?", row.0)
        return true
    }
}
