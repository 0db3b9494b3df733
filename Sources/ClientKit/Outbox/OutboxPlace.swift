import Glibc
import JSON

/// Where entries of one conversation are made and changed. Works on the store's queue.
struct OutboxPlace: Sendable {
    let roomID: String
    let owner: String
    /// Milliseconds since 1970.
    let now: Int64
    let engine: AccountEngine?

    func newEntry(_ kind: OutboxEntry.Kind) -> OutboxEntry {
        OutboxEntry(roomID: roomID, transactionID: Self.newTransactionID(), kind: kind, timestamp: now)
    }

    /// 128 random bits: no other entry of any start of the program has them.
    static func newTransactionID() -> String {
        var random = SystemRandomNumberGenerator()
        let (high, low) = (random.next() as UInt64, random.next() as UInt64)
        return "mado-" + String(high, radix: 36) + "-" + String(low, radix: 36)
    }

    /// Whether the server may have it, so that it can only be changed by another event.
    private func mayBeSent(_ entry: OutboxEntry) -> Bool {
        entry.eventID != nil || entry.isAttempted && entry.failure == nil
            || engine?.isInFlight(entry.transactionID) == true
    }

    func changeWaiting(_ entry: OutboxEntry, text: String, in database: Database) throws {
        var changed = entry
        changed.text = text
        guard mayBeSent(entry) else { return try database.setEntryContent(changed) }
        var edit = newEntry(.edit)
        edit.target = entry.transactionID
        edit.text = text
        edit.mentions = entry.mentions.filter { $0.isNamed(in: text) }
        edit.captioned = try fileContent(of: entry.transactionID, nil, in: database)
        try database.addEntry(edit)
    }

    /// Whom a message mentions that the server has.
    func mentions(
        of itemID: String, _ eventID: String?, in database: Database
    ) throws -> [LightMarkdown.Mention] {
        if let entry = try database.entry(itemID) { return entry.mentions }
        guard var reader = try TimelineReader(database, owner: owner, roomID: roomID),
            let event = try reader.storedEvent(eventID ?? itemID)?.event
        else { return [] }
        let userIDs = event.content["m.mentions"]?["user_ids"]?.array?.compactMap(\.string) ?? []
        return try userIDs.map { LightMarkdown.Mention(userID: $0, name: try reader.person($0).displayName) }
    }

    /// The content of a message with a file as JSON, as it stands now; nil for any other. Of one whose echo has not come
    /// back it is what was sent, without an address as long as the file is not uploaded.
    func fileContent(of itemID: String, _ eventID: String?, in database: Database) throws -> [UInt8]? {
        if let entry = try database.entry(itemID) {
            return entry.file == nil ? nil : entry.eventContent(target: nil, reply: nil)
        }
        guard var reader = try TimelineReader(database, owner: owner, roomID: roomID) else { return nil }
        return try reader.currentContent(of: eventID ?? itemID).flatMap { content in
            let kinds = ["m.image", "m.video", "m.audio", "m.file"]
            return kinds.contains(content["msgtype"]?.string ?? "") ? Array(content.bytes) : nil
        }
    }

    func takeBack(_ entry: OutboxEntry, in database: Database) throws {
        guard mayBeSent(entry) else {
            try database.removeEntry(entry.id)
            for path in entry.file?.paths ?? [] { unlink(path) }
            return
        }
        var redaction = newEntry(.redaction)
        redaction.target = entry.transactionID
        try database.addEntry(redaction)
    }

    /// The entry of that transaction id, and failed ones that are for that item.
    func waiting(_ itemID: String, in database: Database) throws -> [OutboxEntry] {
        let eventID = try database.eventID(for: itemID)
        return try database.entries(of: roomID).filter {
            $0.transactionID == itemID
                || $0.failure != nil && $0.target != nil && ($0.target == itemID || $0.target == eventID)
        }
    }
}
