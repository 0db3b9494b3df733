import JSON

/// Fetches what happened before and between what the store has.
struct History: Sendable {
    let engine: AccountEngine
    let roomID: String

    private static let pageSize = 60

    /// Fetches the page before a gap's end. What is known already closes the gap, and so does the room's beginning.
    /// - Throws: ``MatrixClientError``, ``TransportError``, ``LocalStoreError``.
    func fill(_ position: Int64) async throws {
        let roomID = roomID
        let token = try await engine.store.read { database in
            try database.knownRoom(roomID).flatMap { try database.gap(at: position, in: $0) }
        }
        guard let token = token ?? nil else { return }
        let answer = try await engine.client.messages(in: roomID, from: token, direction: "b", limit: Self.pageSize)
        try await engine.change { database, changes in
            let room = try database.room(roomID)
            // Somebody else has filled it meanwhile.
            guard try database.gap(at: position, in: room) == token else { return }
            try database.addMembers(of: answer["state"], in: room)
            try database.fill(position, from: token, with: answer["chunk"], next: answer["end"]?.string, in: room)
            changes.timelines = [roomID]
            changes.summaries = [roomID]
        }
    }

    /// A thread's root and its answers, as many as the longest thread that anybody reads has. They are not kept: where
    /// they lie between what the store has is not known.
    func thread(_ rootID: String) async throws -> [JSONValue] {
        var events = [try await engine.client.event(rootID, in: roomID)]
        var token: String?
        for _ in 0..<Self.threadPages {
            let page = try await engine.client.thread(rootID, in: roomID, from: token)
            events += page["chunk"]?.array.map { Array($0) } ?? []
            token = page["next_batch"]?.string
            if token == nil { break }
        }
        return events
    }

    private static let threadPages = 10

    /// An event that the store has not got, and the token for what came before it; nil when it has it, or the server
    /// does not show it.
    /// - Throws: ``MatrixClientError`` and ``TransportError`` when there is no answer for the moment;
    ///   ``LocalStoreError``.
    func event(_ eventID: String) async throws -> (event: ReceivedEvent, start: String?)? {
        let roomID = roomID
        let isThere = try await engine.store.read { database in
            try database.knownRoom(roomID).map { try database.position(of: eventID, in: $0) != nil } ?? false
        }
        guard !isThere else { return nil }
        do {
            let answer = try await engine.client.context(of: eventID, in: roomID, limit: 0)
            return answer["event"].flatMap { ReceivedEvent($0) }.map { ($0, answer["start"]?.string) }
        } catch let error as MatrixClientError where !error.isTransient {
            return nil
        }
    }

    /// Fetches an event with its neighbours, to which a gap leads on both sides.
    /// - Returns: whether the server has it.
    func fetch(around eventID: String) async throws -> Bool {
        let roomID = roomID
        let answer: JSONValue
        do {
            answer = try await engine.client.context(of: eventID, in: roomID, limit: Self.pageSize)
        } catch let error as MatrixClientError where error.status == 404 || error.status == 403 {
            return false
        }
        return try await engine.change { database, changes in
            let room = try database.room(roomID)
            try database.addMembers(of: answer["state"], in: room)
            let before = answer["events_before"]?.array.map { Array($0).reversed() } ?? []
            let after = answer["events_after"]?.array.map { Array($0) } ?? []
            let events = (before + [answer["event"]].compactMap { $0 } + after).compactMap { ReceivedEvent($0) }
            try database.insertRun(events, start: answer["start"]?.string, in: room)
            changes.timelines = [roomID]
            changes.summaries = [roomID]
            return try database.position(of: eventID, in: room) != nil
        }
    }
}

extension Database {
    /// Members of whom a page of history speaks.
    func addMembers(of state: JSONValue?, in room: Int64) throws {
        for value in state?.array ?? JSONValue.emptyArray {
            guard let event = ReceivedEvent(value), event.type == "m.room.member", let key = event.stateKey else {
                continue
            }
            try addMember(
                key, content: event.content, sender: event.sender, timestamp: event.timestamp, in: room)
        }
    }

    /// Puts a page of history, newest first, before a gap's end. A page with nothing in it closes no gap: what this
    /// member may not see can be longer than a page.
    /// - Parameters:
    ///   - token: where the page begins.
    ///   - next: where it ends; nil at the room's beginning. An end that is the beginning leads nowhere.
    func fill(
        _ position: Int64, from token: String, with chunk: JSONValue?, next: String?, in room: Int64
    ) throws {
        try removeGap(at: position, in: room)
        var place = position
        for value in chunk?.array ?? JSONValue.emptyArray {
            guard let event = ReceivedEvent(value) else { continue }
            if let known = try self.position(of: event.eventID, in: room) {
                // An event that a page repeats says nothing; one from before the gap says that nothing is missing.
                if known < position { return }
                continue
            }
            if try insert(event, at: place - 1, in: room) { place -= 1 }
            try applyRelations(of: event, in: room)
        }
        if let next, next != token { try setGap(at: place, token: next, in: room) }
    }

    /// Puts a run of events, oldest first, by their time between the runs that are there.
    /// - Parameter start: the token for what came before; nil when they are the room's first.
    func insertRun(_ events: [ReceivedEvent], start: String?, in room: Int64) throws {
        let new = try events.filter { try position(of: $0.eventID, in: room) == nil }
        guard let last = new.last, let end = try self.gap(after: last.timestamp, in: room) else { return }
        let previous = try position(before: end, in: room) ?? end - 2 * Self.runDistance
        var place = end - (end - previous) / 2
        // A known one before them is their neighbour.
        if new.first?.eventID == events.first?.eventID, let start { try setGap(at: place, token: start, in: room) }
        for event in new {
            if try insert(event, at: place, in: room) { place += 1 }
            try applyRelations(of: event, in: room)
        }
    }

    /// Puts an event where the server has it, if that is a gap; does nothing when the event is newer than what the store
    /// has, for then it comes by itself.
    /// - Parameter start: the token for what came before it.
    func putIntoGap(_ event: ReceivedEvent, start: String?, in roomID: String) throws {
        guard let room = try knownRoom(roomID), let run = try lastGap(in: room) else { return }
        // Nothing is missing within the newest run.
        guard let beginning = try time(from: run, in: room), event.timestamp < beginning else { return }
        try insertRun([event], start: start, in: room)
    }

    /// What an event of old history means for those that are stored, and they for it.
    private func applyRelations(of event: ReceivedEvent, in room: Int64) throws {
        try updateSearch(event.eventID, by: event.sender, in: room)
        if let target = event.redacts { _ = try redact(target, by: event, in: room) }
    }
}
