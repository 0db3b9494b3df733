import Glibc
import JSON
import MatrixAPI
import SQLite

extension Database {
    @discardableResult
    func addEntry(_ entry: OutboxEntry) throws -> Int64 {
        try run(
            """
            INSERT INTO outbox (room_id, transaction_id, kind, entry, target, file, timestamp)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, entry.roomID, entry.transactionID, entry.kind.rawValue, entry.json, entry.target, entry.file?.path,
            entry.timestamp)
        return lastInsertedID
    }

    private static let entryColumns: SQL = """
        SELECT id, room_id, transaction_id, kind, entry, target, file, upload, event_id, failure, timestamp, is_attempted
        FROM outbox
        """

    private static func entry(_ row: borrowing Row) -> OutboxEntry {
        var entry = OutboxEntry(
            id: row.int(0), roomID: row.text(1), transactionID: row.text(2),
            kind: OutboxEntry.Kind(rawValue: row.text(3)) ?? .message, timestamp: row.int(10))
        entry.target = row.optionalText(5)
        if let json = try? JSONValue.parse(row.blob(4), limits: .stored) { entry.take(json, path: row.optionalText(6)) }
        entry.upload = row.optionalText(7)
        entry.eventID = row.optionalText(8)
        entry.failure = row.optionalText(9)
        entry.isAttempted = row.bool(11)
        return entry
    }

    /// A conversation's entries in the order in which they were entered, those included whose echo is awaited.
    func entries(of roomID: String) throws -> [OutboxEntry] {
        try all(Self.entryColumns + " WHERE room_id = ? ORDER BY id", roomID) { Self.entry($0) }
    }

    func entry(_ transactionID: String) throws -> OutboxEntry? {
        try first(Self.entryColumns + " WHERE transaction_id = ?", transactionID) { Self.entry($0) }
    }

    /// The next entry of a conversation to be sent. One that has failed does not hold the others back.
    func nextEntry(of roomID: String) throws -> OutboxEntry? {
        try first(
            Self.entryColumns + " WHERE room_id = ? AND event_id IS NULL AND failure IS NULL ORDER BY id LIMIT 1",
            roomID
        ) { Self.entry($0) }
    }

    func roomsWithEntries() throws -> [String] {
        try all("SELECT DISTINCT room_id FROM outbox WHERE event_id IS NULL AND failure IS NULL ORDER BY room_id") {
            $0.text(0)
        }
    }

    func countWaiting() throws -> Int {
        try first("SELECT count(*) FROM outbox WHERE event_id IS NULL AND failure IS NULL") { Int($0.int(0)) } ?? 0
    }

    func setEntryContent(_ entry: OutboxEntry) throws {
        try run("UPDATE outbox SET entry = ?, failure = NULL WHERE id = ?", entry.json, entry.id)
    }

    func setUpload(_ uri: String, of id: Int64) throws {
        try run("UPDATE outbox SET upload = ? WHERE id = ?", uri, id)
    }

    func setAttempted(_ isAttempted: Bool, of id: Int64) throws {
        try run("UPDATE outbox SET is_attempted = ? WHERE id = ?", isAttempted, id)
    }

    func setFailure(_ reason: String?, of id: Int64) throws {
        try run("UPDATE outbox SET failure = ? WHERE id = ?", reason, id)
    }

    /// The server has taken it. What has no echo of its own in the conversation is done, and so is what came back
    /// already.
    func setSent(_ entry: OutboxEntry, eventID: String) throws {
        let isThere = try first("SELECT 1 FROM event WHERE event_id = ?", eventID) { _ in true } ?? false
        if isThere {
            try run(
                "UPDATE event SET transaction_id = ? WHERE event_id = ? AND transaction_id IS NULL",
                entry.transactionID, eventID)
            try removeEntry(entry.id)
        } else {
            try run("UPDATE outbox SET event_id = ?, failure = NULL WHERE id = ?", eventID, entry.id)
        }
    }

    func removeEntry(_ id: Int64) throws { try run("DELETE FROM outbox WHERE id = ?", id) }

    /// Own entries that the server has, and whose echoes lie where a gap is now: they come back with its filling.
    func removeSentEntries(of roomID: String) throws {
        try run("DELETE FROM outbox WHERE room_id = ? AND event_id IS NOT NULL", roomID)
    }

    /// If the event is what an entry became, ends the entry.
    /// - Returns: the transaction id under which this device sent the event.
    func takeEcho(of event: ReceivedEvent) throws -> String? {
        let found = try first(
            Self.entryColumns + " WHERE event_id = ? OR transaction_id = ? LIMIT 1", event.eventID, event.transactionID
        ) { Self.entry($0) }
        guard let found else { return event.transactionID }
        try removeEntry(found.id)
        // Even if this transaction does not stay: what the server has needs no copy any more.
        for path in found.file?.paths ?? [] { unlink(path) }
        return found.transactionID
    }

    /// The event id for an event or transaction id; nil as long as the server has not given one.
    func eventID(for itemID: String) throws -> String? {
        if itemID.utf8.first == UInt8(ascii: "$") { return itemID }
        if let sent = try first(
            "SELECT event_id FROM outbox WHERE transaction_id = ?", itemID, row: { $0.optionalText(0) })
        {
            return sent
        }
        return try first("SELECT event_id FROM event WHERE transaction_id = ?", itemID) { $0.text(0) }
    }

    /// Copies of files that an entry still needs.
    func outboxFiles() throws -> Set<String> {
        let entries = try all(Self.entryColumns + " WHERE file IS NOT NULL OR kind = 'submission'") { Self.entry($0) }
        return Set(entries.flatMap { ($0.file?.paths ?? []) + ($0.submission?.files ?? []) })
    }

    // Drafts

    func draft(of roomID: String) throws -> Draft {
        try first("SELECT text, reply_to, editing FROM draft WHERE room_id = ?", roomID) {
            Draft(text: $0.text(0), replyTo: $0.optionalText(1), editing: $0.optionalText(2))
        } ?? .empty
    }

    func setDraft(_ draft: Draft, of roomID: String) throws {
        if draft.isEmpty {
            try run("DELETE FROM draft WHERE room_id = ?", roomID)
        } else {
            try run(
                "INSERT OR REPLACE INTO draft (room_id, text, reply_to, editing) VALUES (?, ?, ?, ?)", roomID,
                draft.text, draft.replyTo, draft.editing)
        }
    }
}
