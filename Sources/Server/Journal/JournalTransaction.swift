import JSON
package import MatrixAPI
package import Store

/// One batch of the journal while it is made. Confined to the journal's thread.
///
/// Rooms are read through `room`, which sees what earlier proposals of the same batch did.
package final class JournalTransaction {
    private enum Undo {
        case room(RoomID, RoomSnapshot?)
        case membership(UserID, [RoomID: RoomMembership]?)
    }

    private let batch: Batch?
    private let refusal: (any Error)?
    private let rooms: LoadingCache<RoomID, RoomSnapshot>
    /// Milliseconds since 1970, the same for the whole batch.
    package let now: Int64
    package private(set) var position: Int64
    private(set) var changes: [Change] = []
    private(set) var changedRooms: [RoomID: RoomSnapshot] = [:]
    private(set) var changedMemberships: [UserID: [RoomID: RoomMembership]] = [:]
    private var undo: [Undo] = []
    /// Why nothing of this batch can be kept any more.
    private var failure: (any Error)?

    init(batch: Batch, rooms: LoadingCache<RoomID, RoomSnapshot>, now: Int64) {
        self.batch = batch
        self.rooms = rooms
        self.now = now
        position = batch.position
        refusal = nil
    }

    /// A transaction in which every proposal fails with `error`.
    init(refusing error: any Error) {
        batch = nil
        refusal = error
        rooms = LoadingCache()
        now = 0
        position = 0
    }

    /// For reading and writing what has no place in the journal (accounts, keys, …).
    package var store: any StoreWriter {
        guard let batch else { preconditionFailure("a refused transaction has no store") }
        return batch.writer
    }

    /// Runs one proposal; when it throws, nothing of it is kept.
    func perform<T>(_ body: (JournalTransaction) throws -> T) throws -> T {
        if let refusal = refusal ?? failure { throw refusal }
        let mark = (position: position, changes: changes.count)
        undo.removeAll(keepingCapacity: true)
        do {
            try store.savepoint()
        } catch {
            failure = error
            throw error
        }
        do {
            let value = try body(self)
            try store.release()
            return value
        } catch {
            // The engine may have given up the whole transaction, earlier proposals included: what followed would
            // begin one of its own.
            do { try store.rollbackToSavepoint() } catch { failure = error }
            position = mark.position
            changes.removeLast(changes.count - mark.changes)
            for step in undo.reversed() {
                switch step {
                case .room(let id, let room): changedRooms[id] = room
                case .membership(let user, let memberships): changedMemberships[user] = memberships
                }
            }
            throw error
        }
    }

    func commit() throws {
        guard let batch else { return }
        if let failure { throw failure }
        if position != batch.position { try store.setLastPosition(position) }
        try store.commit()
        batch.position = position
    }

    // MARK: Reading

    /// The room after everything that this batch did so far; nil when there is none.
    package func room(_ id: RoomID) throws -> RoomSnapshot? {
        if let room = changedRooms[id] { return room }
        return try rooms.value(id, asOf: store.lastPosition()) { try store.snapshot(of: id) }
    }

    // MARK: Changes

    /// Takes the next position and notes the change that has it.
    /// - Returns: the position, for the row in the store.
    @discardableResult
    package func record(_ kind: Change.Kind) -> Int64 {
        position += 1
        changes.append(Change(position: position, kind: kind))
        return position
    }

    /// Takes a position for something that no client learns of by the journal, so that what is read of it has a time.
    @discardableResult
    package func advance() -> Int64 {
        position += 1
        return position
    }

    /// Makes a room exist; its create event follows by `append`.
    package func createRoom(_ id: RoomID, version: RoomVersion, creator: UserID) throws {
        try store.insertRoom(
            StoredRoom(id: id, version: version.rawValue, creator: creator, created: now, isPublic: false))
        setRoom(RoomSnapshot(id: id, version: version))
    }

    /// Checks an event against the rules of its room and appends it.
    ///
    /// - Throws: `AuthorisationError` as `MatrixError`, when the room's rules refuse it; `M_NOT_FOUND` when there is
    ///   no such room.
    @discardableResult
    package func append(
        _ draft: EventDraft, to id: RoomID, context: AuthorisationContext = AuthorisationContext()
    ) throws -> Event {
        guard let room = try room(id) else { throw MatrixError.notFound("There is no such room") }
        let proposed = ProposedEvent(
            roomID: draft.type == "m.room.create" && room.version.roomIDIsCreateEventHash ? nil : id,
            type: draft.type, stateKey: draft.stateKey, sender: draft.proposed.sender,
            content: draft.proposed.content)
        do {
            try EventAuthorisation.check(proposed, in: room, version: room.version, context: context)
        } catch {
            throw error.matrixError
        }
        return try place(draft, proposed, in: room)
    }

    /// Takes the content out of an event in the server's own name, whatever the room's rules say: for administrators.
    /// - Throws: `M_NOT_FOUND` when the room has no such event.
    @discardableResult
    package func moderate(_ draft: EventDraft, redacting target: EventID, in id: RoomID) throws -> Event {
        guard let room = try room(id), try store.event(target, in: id) != nil else {
            throw MatrixError.notFound("There is no such event")
        }
        return try place(draft, draft.proposed, in: room, mayRedact: true)
    }

    /// Gives an event that was checked its place.
    /// - Parameter mayRedact: whether it may redact, whoever sent it.
    private func place(
        _ draft: EventDraft, _ proposed: ProposedEvent, in room: RoomSnapshot, mayRedact: Bool = false
    ) throws -> Event {
        var room = room
        let id = room.id
        let previous = draft.stateKey.flatMap { room.stateEvent(draft.type, $0) }
        // The same state once more is the event that is there already.
        if let previous, previous.sender == proposed.sender, previous.contentBytes.elementsEqual(draft.contentBytes) {
            return previous
        }
        let position = position + 1
        let event = Event(
            position: position, roomID: id, eventID: draft.eventID, type: draft.type, stateKey: draft.stateKey,
            sender: proposed.sender, timestamp: draft.timestamp, json: draft.json, contentRange: draft.contentRange,
            transaction: draft.transaction, replaces: previous?.position,
            previousContent: previous.map { Array($0.contentBytes) })
        try store.insert(event, relation: draft.relation)
        let media = ContentURI.mediaIDs(in: event.contentBytes)
        if !media.isEmpty { try store.insertMediaReferences(media, at: event.position) }
        if let previous, !ContentURI.mediaIDs(in: previous.contentBytes).isEmpty {
            try store.deleteMediaReferences(at: previous.position)
        }
        record(.event(event))
        if event.type == "m.room.member" { try setMembership(event, in: room) }
        room.apply(event)
        setRoom(room)
        if let target = draft.redacts { try redact(target, because: event, mayRedact: mayRedact) }
        return event
    }

    /// Takes the content out of an event, if the sender of the redaction may.
    private func redact(_ target: EventID, because redaction: Event, mayRedact: Bool) throws {
        guard var room = try room(redaction.roomID), let event = try store.event(target, in: room.id) else { return }
        guard event.redactedBecause == nil, event.type != "m.room.redaction" || event.eventID != redaction.eventID
        else { return }
        let mayRedactOthers = mayRedact || room.levels?.allows(redaction.sender, to: .redact) ?? false
        guard event.sender == redaction.sender || mayRedactOthers else {
            throw MatrixError.forbidden("You may not redact this event")
        }
        let redacted = event.redacted(because: redaction, version: room.version)
        try store.redact(
            target, in: room.id, json: redacted.json, contentRange: redacted.contentRange,
            because: redaction.jsonWithRoomID)
        try store.deleteMediaReferences(at: event.position)
        record(.redaction(of: redacted))
        room.replaceRedacted(redacted)
        try replaceReason(redacted, event, in: &room)
        setRoom(room)
    }

    /// A redaction also stands in what it redacted: once it is redacted itself, its reason is not to be found there,
    /// either.
    private func replaceReason(_ redacted: Event, _ original: Event, in room: inout RoomSnapshot) throws {
        guard original.type == "m.room.redaction", !original.isState,
            let target = EventID(original.content["redacts"]?.string ?? ""),
            let first = try store.event(target, in: room.id), let because = first.redactedBecause,
            try JSONValue.parse(because, limits: .stored)["event_id"]?.string == original.eventID.string
        else { return }
        let corrected = first.with(redactedBecause: redacted)
        try store.redact(
            target, in: room.id, json: corrected.json, contentRange: corrected.contentRange,
            because: redacted.jsonWithRoomID)
        record(.redaction(of: corrected))
        room.replaceRedacted(corrected)
    }

    private func setMembership(_ event: Event, in room: RoomSnapshot) throws {
        let user = UserID(unchecked: event.stateKey ?? "")
        let membership = event.membership ?? .leave
        // Who forgot the room is not to be reminded of it by a ban, or the end of one; what calls them back does that.
        let isForgotten =
            switch membership {
            case .leave, .ban: try store.membership(of: user, in: room.id)?.isForgotten ?? false
            case .invite, .join, .knock: false
            }
        try store.setMembership(
            StoredMembership(
                user: user, room: room.id, membership: membership, position: event.position, sender: event.sender,
                isDirect: event.content["is_direct"]?.bool ?? false, isForgotten: isForgotten))
        noteMembership(
            RoomMembership(membership: membership, position: event.position, isForgotten: isForgotten), of: user,
            in: room.id)
    }

    /// Marks a room as forgotten by a member who left it.
    package func forget(_ id: RoomID, by user: UserID, _ membership: RoomMembership) throws {
        try store.forget(room: id, user: user)
        advance()
        var forgotten = membership
        forgotten.isForgotten = true
        noteMembership(forgotten, of: user, in: id)
    }

    private func noteMembership(_ membership: RoomMembership, of user: UserID, in room: RoomID) {
        undo.append(.membership(user, changedMemberships[user]))
        changedMemberships[user, default: [:]][room] = membership
    }

    private func setRoom(_ room: RoomSnapshot) {
        undo.append(.room(room.id, changedRooms[room.id]))
        changedRooms[room.id] = room
    }
}

extension Event {
    /// The event without what redaction takes away.
    func redacted(because redaction: Event, version: RoomVersion) -> Event {
        let pruned = version.redactionRules.redactedContent(content, type: type)
        // Of a redaction it stays in both places, or in none.
        let redacts =
            type == "m.room.redaction" && stateKey == nil
            ? (try? JSONValue.parse(pruned, limits: .stored))?["redacts"]?.string.flatMap { EventID($0) } : nil
        let (json, range) = Event.encode(
            type: type, stateKey: stateKey, sender: sender, content: pruned[...], eventID: eventID,
            timestamp: timestamp, redacts: redacts)
        return Event(
            position: position, roomID: roomID, eventID: eventID, type: type, stateKey: stateKey, sender: sender,
            timestamp: timestamp, json: json, contentRange: range, transaction: transaction, replaces: replaces,
            previousContent: previousContent, redactedBecause: redaction.jsonWithRoomID)
    }

    /// The same event, with the redaction as it is now.
    fileprivate func with(redactedBecause redaction: Event) -> Event {
        Event(
            position: position, roomID: roomID, eventID: eventID, type: type, stateKey: stateKey, sender: sender,
            timestamp: timestamp, json: json, contentRange: contentRange, transaction: transaction, replaces: replaces,
            previousContent: previousContent, redactedBecause: redaction.jsonWithRoomID)
    }

    /// `json` with the room's identifier, as endpoints outside of sync give it.
    package var jsonWithRoomID: [UInt8] {
        var text = json
        text.removeLast()
        text.append(contentsOf: #","room_id":"#.utf8)
        var writer = JSONWriter(reserving: 64)
        writer.value(roomID.string)
        text.append(contentsOf: writer.bytes)
        text.append(UInt8(ascii: "}"))
        return text
    }
}
