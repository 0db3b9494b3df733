import JSON
import MatrixAPI
import SQLite

extension Database {
    /// How far runs of events lie apart that may have others between them.
    static let runDistance: Int64 = 1 << 32
    /// Where the first event of a room goes: history is put before it.
    private static let firstPosition: Int64 = 1 << 46

    /// The position for the next event; a gap that waits for the event after it counts.
    func nextPosition(in room: Int64) throws -> Int64 {
        let last = try first("SELECT max(position) FROM event WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
        let gap = try first("SELECT max(position) FROM gap WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
        guard let last else { return gap ?? Self.firstPosition }
        return max(last + 1, gap ?? 0)
    }

    func hasEvents(in room: Int64) throws -> Bool {
        try first("SELECT 1 FROM event WHERE room = ? LIMIT 1", room) { _ in true } ?? false
    }

    func position(of eventID: String, in room: Int64) throws -> Int64? {
        try first("SELECT position FROM event WHERE event_id = ? AND room = ?", eventID, room) { $0.int(0) }
    }

    /// Keeps an event at a position; does nothing when it is known.
    /// - Returns: whether it was new.
    func insert(_ event: ReceivedEvent, at position: Int64, in room: Int64) throws -> Bool {
        let transaction = try takeEcho(of: event)
        let inserted = try run(
            """
            INSERT OR IGNORE INTO event
                (room, position, event_id, type, sender, timestamp, transaction_id, thread, is_shown, json)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, room, position, event.eventID, event.type, event.sender, event.timestamp, transaction,
            event.threadRoot, event.isShown, Array(event.value.bytes))
        guard inserted > 0 else { return false }
        if event.isShown, let text = event.searchText {
            try run("INSERT INTO message (rowid, body) VALUES (?, ?)", lastInsertedID, text)
        }
        try insertRelation(of: event, in: room)
        return true
    }

    private func insertRelation(of event: ReceivedEvent, in room: Int64) throws {
        let kind: String
        let target: String
        if let replaced = event.replaced {
            (kind, target) = ("m.replace", replaced)
            try updateSearch(replaced, by: event)
        } else if let annotation = event.annotation {
            (kind, target) = ("m.annotation", annotation.event)
        } else {
            return
        }
        try run(
            """
            INSERT OR IGNORE INTO relation (event_id, room, target, kind, sender, key, timestamp, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, event.eventID, room, target, kind, event.sender, event.annotation?.key, event.timestamp,
            Array((event.content["m.new_content"] ?? event.content).bytes))
    }

    /// What was edited is found by its new text.
    private func updateSearch(_ target: String, by edit: ReceivedEvent) throws {
        guard let content = edit.content["m.new_content"], let text = ReceivedEvent.text(of: content) else { return }
        try run(
            "UPDATE message SET body = ? WHERE rowid = (SELECT id FROM event WHERE event_id = ? AND sender = ?)", text,
            target, edit.sender)
    }

    /// Takes back what a redaction names: its content, its place in the search, and what it meant for others.
    /// - Returns: whether the store held it.
    func redact(_ target: String, by redaction: ReceivedEvent) throws -> Bool {
        try run("DELETE FROM relation WHERE event_id = ?1 OR target = ?1 AND kind = 'm.replace'", target)
        let row = try first("SELECT id, json FROM event WHERE event_id = ?", target) { ($0.int(0), $0.blob(1)) }
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
        try run("DELETE FROM relation WHERE target = ? AND kind = 'm.replace'", target)
        return true
    }

    /// Of old history: an edit that is stored already gives the text by which its target is found.
    func applyStoredEdits(to event: ReceivedEvent) throws {
        let content = try first(
            """
            SELECT content FROM relation WHERE target = ? AND kind = 'm.replace' AND sender = ?
            ORDER BY timestamp DESC, event_id DESC LIMIT 1
            """, event.eventID, event.sender
        ) { $0.blob(0) }
        guard let content, let value = try? JSONValue.parse(content, limits: .stored),
            let text = ReceivedEvent.text(of: value)
        else { return }
        try run(
            "UPDATE message SET body = ? WHERE rowid = (SELECT id FROM event WHERE event_id = ?)", text, event.eventID)
    }

    // Gaps

    func gap(at position: Int64, in room: Int64) throws -> String? {
        try first("SELECT token FROM gap WHERE room = ? AND position = ?", room, position) { $0.text(0) }
    }

    func setGap(at position: Int64, token: String, in room: Int64) throws {
        try run("INSERT OR REPLACE INTO gap (room, position, token) VALUES (?, ?, ?)", room, position, token)
    }

    func removeGap(at position: Int64, in room: Int64) throws {
        try run("DELETE FROM gap WHERE room = ? AND position = ?", room, position)
    }

    func lastGap(in room: Int64) throws -> Int64? {
        try first("SELECT max(position) FROM gap WHERE room = ?", room) { $0.optionalInt(0) } ?? nil
    }

    /// The newest gap at the position or before it.
    func gap(upTo position: Int64, in room: Int64) throws -> (position: Int64, token: String)? {
        try first(
            "SELECT position, token FROM gap WHERE room = ? AND position <= ? ORDER BY position DESC LIMIT 1", room,
            position
        ) { ($0.int(0), $0.text(1)) }
    }
}

extension Database {
    /// The gap in which an event of that time lies: the last one before the first later event.
    func gap(after timestamp: Int64, in room: Int64) throws -> Int64? {
        let later =
            try first(
                "SELECT min(position) FROM event INDEXED BY event_time WHERE room = ? AND timestamp > ?", room,
                timestamp
            ) { $0.optionalInt(0) } ?? nil
        return try gap(upTo: later ?? .max, in: room)?.position
    }

    func position(before position: Int64, in room: Int64) throws -> Int64? {
        try first("SELECT max(position) FROM event WHERE room = ? AND position < ?", room, position) {
            $0.optionalInt(0)
        } ?? nil
    }
}
