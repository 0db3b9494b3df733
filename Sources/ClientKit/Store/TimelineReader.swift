import JSON
import MatrixAPI
import SQLite

/// Makes timeline items of what the store holds of one room.
struct TimelineReader {
    let database: Database
    let owner: String
    let roomID: String
    let room: Int64
    /// Members as looked up, so that each is looked up once.
    private var people: [String: Person] = [:]

    /// nil when the store does not know the room.
    init?(_ database: Database, owner: String, roomID: String) throws {
        guard let room = try database.knownRoom(roomID) else { return nil }
        self.database = database
        self.owner = owner
        self.roomID = roomID
        self.room = room
    }

    struct StoredEvent {
        let position: Int64
        let transactionID: String?
        let event: ReceivedEvent
    }

    /// Somebody as the room knows them, without presence.
    mutating func person(_ userID: String) throws -> Person {
        if let known = people[userID] { return known }
        var person = try database.member(userID, in: room)?.person ?? database.person(userID)
        person.presence = PersonPresence()
        people[userID] = person
        return person
    }

    // Windows

    /// The window of the newest messages.
    func newestWindow() throws -> TimelineWindow {
        let lower =
            try database.first(
                """
                SELECT min(position) FROM (
                    SELECT position FROM event WHERE room = ? AND is_shown ORDER BY position DESC LIMIT ?)
                """, room, TimelineWindow.pageSize
            ) { $0.optionalInt(0) } ?? nil
        return TimelineWindow(lower: lower ?? .min, upper: nil)
    }

    /// Where a window begins that has a page more in front; nil when the store has nothing there.
    func lower(before position: Int64) throws -> Int64? {
        try database.first(
            """
            SELECT min(position) FROM (
                SELECT position FROM event WHERE room = ? AND is_shown AND position < ?
                ORDER BY position DESC LIMIT ?)
            """, room, position, TimelineWindow.pageSize
        ) { $0.optionalInt(0) } ?? nil
    }

    /// Where a window ends that has a page more behind; nil when that is the newest message.
    func upper(after position: Int64) throws -> Int64? {
        let positions = try database.all(
            """
            SELECT position FROM event WHERE room = ? AND is_shown AND position > ? ORDER BY position LIMIT ?
            """, room, position, TimelineWindow.pageSize + 1
        ) { $0.int(0) }
        return positions.count > TimelineWindow.pageSize ? positions[TimelineWindow.pageSize - 1] : nil
    }

    /// A window with a position in its middle.
    func window(around position: Int64) throws -> TimelineWindow {
        TimelineWindow(
            lower: try lower(before: position + 1) ?? position, upper: try upper(after: position))
    }

    /// The first shown event at a time or after it.
    func position(at timestamp: Int64) throws -> Int64? {
        try database.first(
            """
            SELECT position FROM event INDEXED BY event_time
            WHERE room = ? AND timestamp >= ? AND is_shown ORDER BY timestamp, position LIMIT 1
            """, room, timestamp
        ) { $0.int(0) }
    }

    func hasShown(before position: Int64) throws -> Bool {
        try database.first(
            "SELECT 1 FROM event WHERE room = ? AND is_shown AND position < ? LIMIT 1", room, position
        ) { _ in true } ?? false
    }

    /// Reads a window: events with what later ones made of them, gaps, and at the newest end the outbox.
    mutating func slice(_ window: TimelineWindow) throws -> TimelineSlice {
        let upper = window.upper ?? .max
        let events = try storedEvents(from: window.lower, to: upper)
        let annotations = try TimelineAnnotations(database, room: room, from: window.lower, to: upper)
        let entries = try database.entries(of: roomID)
        var items: [TimelineItem] = []
        items.reserveCapacity(events.count)
        var positions: [Int64] = []
        let gaps = try gaps(in: window)
        var nextGap = gaps.count - 1
        for stored in events {
            if nextGap >= 0, gaps[nextGap] <= stored.position {
                while nextGap >= 0, gaps[nextGap] <= stored.position { nextGap -= 1 }
                if !items.isEmpty {
                    items.append(gapItem(before: stored))
                    positions.append(stored.position - 1)
                }
            }
            items.append(try item(stored, annotations))
            positions.append(stored.position)
        }
        try addReceipts(to: &items, positions, window)
        if window.upper == nil {
            for entry in entries where entry.isShown { items.append(try item(entry)) }
        }
        apply(entries, to: &items)
        let hasOlder = try hasShown(before: window.lower) || database.gap(upTo: window.lower, in: room) != nil
        return TimelineSlice(
            window: window, items: items, hasOlder: hasOlder, hasNewer: window.upper != nil, gaps: gaps)
    }

    /// Newest first, without one at the window's beginning: that is what `hasOlder` tells.
    private func gaps(in window: TimelineWindow) throws -> [Int64] {
        try database.all(
            "SELECT position FROM gap WHERE room = ? AND position > ? AND position <= ? ORDER BY position DESC", room,
            window.lower, window.upper ?? .max
        ) { $0.int(0) }
    }

    private func gapItem(before stored: StoredEvent) -> TimelineItem {
        TimelineItem(
            id: "gap:\(stored.event.eventID)", eventID: nil, sender: Person(userID: owner), isOwn: false,
            timestamp: stored.event.timestamp, content: .gap)
    }

    func storedEvents(from lower: Int64, to upper: Int64) throws -> [StoredEvent] {
        try database.all(
            """
            SELECT position, transaction_id, json FROM event
            WHERE room = ? AND is_shown AND position BETWEEN ? AND ? ORDER BY position
            """, room, lower, upper
        ) { row in
            ReceivedEvent(stored: row.blob(2)).map {
                StoredEvent(position: row.int(0), transactionID: row.optionalText(1), event: $0)
            }
        }.compactMap { $0 }
    }

    func storedEvent(_ eventID: String) throws -> StoredEvent? {
        let found = try database.first(
            "SELECT position, transaction_id, json FROM event WHERE event_id = ? AND room = ?", eventID, room
        ) { row in
            ReceivedEvent(stored: row.blob(2)).map {
                StoredEvent(position: row.int(0), transactionID: row.optionalText(1), event: $0)
            }
        }
        return found ?? nil
    }

    /// The root of a thread and what was said in it.
    /// - Parameter fetched: events of the thread that the store need not have.
    mutating func thread(_ rootID: String, fetched: [JSONValue] = []) throws -> [TimelineItem] {
        var events = try database.all(
            """
            SELECT position, transaction_id, json FROM event
            WHERE room = ? AND thread = ? AND is_shown ORDER BY position
            """, room, rootID
        ) { row in
            ReceivedEvent(stored: row.blob(2)).map {
                StoredEvent(position: row.int(0), transactionID: row.optionalText(1), event: $0)
            }
        }.compactMap { $0 }
        if let root = try storedEvent(rootID) { events.insert(root, at: 0) }
        let stored = events
        let known = Set(stored.map(\.event.eventID))
        let missing = fetched.compactMap { ReceivedEvent($0) }.filter { !known.contains($0.eventID) && $0.isShown }
        if !missing.isEmpty {
            events += missing.map { StoredEvent(position: 0, transactionID: $0.transactionID, event: $0) }
            func order(_ event: ReceivedEvent) -> (Int, Int64) { (event.eventID == rootID ? 0 : 1, event.timestamp) }
            events.sort { order($0.event) < order($1.event) }
        }
        guard !events.isEmpty else { return [] }
        var annotations = TimelineAnnotations()
        if let first = stored.first, let last = stored.last {
            annotations = try TimelineAnnotations(database, room: room, from: first.position, to: last.position)
        }
        var items = try events.map { try item($0, annotations) }
        let entries = try database.entries(of: roomID)
        for entry in entries where entry.isShown && entry.thread == rootID { items.append(try item(entry)) }
        apply(entries, to: &items)
        return items
    }

    /// Each receipt goes to the last item at its place or before it.
    private mutating func addReceipts(
        to items: inout [TimelineItem], _ positions: [Int64], _ window: TimelineWindow
    ) throws {
        guard !items.isEmpty else { return }
        for (userID, position) in try database.receipts(in: room, from: window.lower, except: owner) {
            if let upper = window.upper, position > upper { continue }
            var index = positions.partitioningIndex { $0 > position } - 1
            while index >= 0, items[index].content == .gap { index -= 1 }
            if index >= 0 { items[index].readBy.append(try person(userID)) }
        }
    }
}

extension Array {
    /// The first index from which on `isBehind` holds, in an array where it holds for none before.
    func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
