package import JSON
package import MatrixAPI
import Store

/// Sending events. Source: Client-Server API, "Sending events to a room", "Redactions".
extension Rooms {
    /// Sends an event that is not state; the same transaction again gives the event that it sent before.
    ///
    /// - Parameters:
    ///   - transaction: the client's identifier of the request; nil to send without one.
    ///   - time: milliseconds since 1970; nil for now.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`, `M_FORBIDDEN`, `M_DUPLICATE_ANNOTATION`.
    package func send(
        _ type: String, _ content: JSONValue, to id: RoomID, by sender: UserID,
        transaction: EventTransaction? = nil, at time: Int64? = nil
    ) async throws -> EventID {
        if type == "m.room.redaction" {
            guard let target = EventID(content["redacts"]?.string ?? "") else {
                throw MatrixError.badJSON("m.room.redaction needs redacts, the event to redact")
            }
            return try await redact(
                target, in: id, by: sender, content: content, scope: "send/\(type)", transaction: transaction)
        }
        guard type != "m.room.create", type != "m.room.member" else {
            throw MatrixError.badJSON("\(type) can only be state")
        }
        try EventContentRules.check(content, type: type, isState: false)
        let draft = try EventDraft(
            room: id, type: type, sender: sender, content: content, timestamp: time ?? clock.now,
            transaction: transaction)
        let scope = "send/\(type)"
        try await checkAnnotation(draft, in: id, key: Self.transactionKey(of: draft, to: id, scope: scope))
        return try await append(draft, to: id, scope: scope)
    }

    /// Sets a piece of the room's state.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`, `M_FORBIDDEN`, `M_BAD_ALIAS`, `M_INVALID_PARAM`; for memberships what
    ///   their own endpoints say.
    package func setState(
        _ key: StateKey, _ content: JSONValue, in id: RoomID, by sender: UserID, isGuest: Bool = false,
        at time: Int64? = nil
    ) async throws -> EventID {
        try EventContentRules.check(content, type: key.type, isState: true)
        let timestamp = time ?? clock.now
        switch key.type {
        case "m.room.create": throw MatrixError.forbidden("A room is created only once")
        case "m.room.member":
            let change = try MembershipChange(content, of: key.key, by: sender, isGuest: isGuest)
            return try await journal.write { try $0.change(change, in: id, at: timestamp).eventID }
        default:
            let draft = try EventDraft(
                room: id, type: key.type, stateKey: key.key, sender: sender, content: content, timestamp: timestamp)
            return try await journal.write { transaction in
                try EventContentRules.check(draft, in: id, transaction)
                return try transaction.append(draft, to: id).eventID
            }
        }
    }

    /// Takes the content out of an event.
    /// - Throws: `M_NOT_FOUND` when the room has no such event, `M_FORBIDDEN` when the sender may not, or when the
    ///   room would not be what it is without the event.
    package func redact(
        _ target: EventID, in id: RoomID, by sender: UserID, reason: String? = nil,
        transaction: EventTransaction? = nil
    ) async throws -> EventID {
        let content = JSONValue.object { $0.memberIfPresent("reason", reason) }
        return try await redact(
            target, in: id, by: sender, content: content, scope: "redact/\(target)", transaction: transaction)
    }

    private func redact(
        _ target: EventID, in id: RoomID, by sender: UserID, content: JSONValue, scope: String,
        transaction: EventTransaction?
    ) async throws -> EventID {
        if let reason = content["reason"], reason.string == nil {
            throw MatrixError.badJSON("reason must be a string")
        }
        // Beside the content for old clients and room versions, in it for new ones: every version gets both.
        let draft = try EventDraft(
            room: id, type: "m.room.redaction", sender: sender,
            content: content.replacing(["redacts"]) { $0.member("redacts", target.string) }, timestamp: clock.now,
            redacts: target, transaction: transaction)
        return try await append(draft, to: id, scope: scope) { transaction in
            let room = try transaction.existingRoom(id)
            guard room.isJoined(sender) else { throw Rooms.notInRoom }
            guard let event = try transaction.store.event(target, in: id),
                try HistoryVisibilityFilter(user: sender, room: room, reader: transaction.store).allows(event)
            else { throw MatrixError.notFound("There is no such event in this room") }
            if event.isState, event.type == "m.room.create" || event.type == "m.room.encryption" {
                throw MatrixError.forbidden("\(event.type) cannot be redacted")
            }
        }
    }

    /// Appends the draft, once for each transaction of a device.
    ///
    /// - Parameter scope: which request it was, apart from room and transaction.
    private func append(
        _ draft: EventDraft, to id: RoomID, scope: String,
        checking check: @escaping @Sendable (JournalTransaction) throws -> Void = { _ in }
    ) async throws -> EventID {
        let now = clock.now
        let key = Self.transactionKey(of: draft, to: id, scope: scope)
        return try await journal.write { transaction in
            if let key, let sent = try transaction.store.transaction(key)?.eventID { return sent }
            try check(transaction)
            let event = try transaction.append(draft, to: id)
            if let key {
                try transaction.store.insertTransaction(
                    StoredTransaction(eventID: event.eventID, created: now), for: key)
            }
            return event.eventID
        }
    }

    /// What makes a request the same as an earlier one.
    private static func transactionKey(of draft: EventDraft, to id: RoomID, scope: String) -> TransactionKey? {
        draft.transaction.map {
            TransactionKey(
                user: draft.proposed.sender, device: $0.device, scope: "\(scope) \(id)", identifier: $0.identifier)
        }
    }
}

extension MembershipChange {
    /// A change that a client wrote as state.
    /// - Throws: `M_BAD_JSON` when the state key is not a user identifier.
    fileprivate init(_ content: JSONValue, of key: String, by sender: UserID, isGuest: Bool) throws {
        guard let user = UserID(key), let membership = Membership(rawValue: content["membership"]?.string ?? "") else {
            throw AuthorisationError.malformedMembership.matrixError
        }
        self.init(of: user, to: membership, by: sender, senderIsGuest: isGuest, content: content)
    }
}
