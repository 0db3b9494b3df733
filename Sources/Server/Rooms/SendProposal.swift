package import JSON
import MatrixAPI
import Store

/// An event as its sender wants it.
package struct OutgoingEvent: Sendable {
    package let type: String
    /// nil for an event that is no state.
    package let stateKey: String?
    package let content: JSONValue

    package init(type: String, stateKey: String? = nil, content: JSONValue) {
        self.type = type
        self.stateKey = stateKey
        self.content = content
    }
}

/// An event on its way to a room: what needs no order is done, the rest is done on the journal's thread.
struct SendProposal: Sendable {
    let room: RoomID
    let draft: EventDraft
    /// Which request it was, apart from room and transaction.
    let scope: String
    /// What the room has to be like.
    var check: @Sendable (JournalTransaction) throws -> Void = { _ in }

    /// What makes the request the same as an earlier one.
    var key: TransactionKey? {
        draft.transaction.map {
            TransactionKey(
                user: draft.proposed.sender, device: $0.device, scope: "\(scope) \(room)", identifier: $0.identifier)
        }
    }

    /// Appends the event, once for each transaction of a device.
    func perform(in transaction: JournalTransaction) throws -> EventID {
        let key = key
        if let key, let sent = try transaction.store.transaction(key)?.eventID { return sent }
        try check(transaction)
        let event = try transaction.append(draft, to: room)
        if let key {
            try transaction.store.insertTransaction(
                StoredTransaction(eventID: event.eventID, created: transaction.now), for: key)
        }
        return event.eventID
    }
}

extension SendProposal {
    /// An event that is not state.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`.
    init(
        _ type: String, _ content: JSONValue, to id: RoomID, by sender: UserID, transaction: EventTransaction?,
        at time: Int64
    ) throws {
        if type == "m.room.redaction" {
            guard let target = EventID(content["redacts"]?.string ?? "") else {
                throw MatrixError.badJSON("m.room.redaction needs redacts, the event to redact")
            }
            try self.init(
                redacting: target, in: id, by: sender, content: content, scope: "send/\(type)",
                transaction: transaction, at: time)
            return
        }
        guard type != "m.room.create", type != "m.room.member" else {
            throw MatrixError.badJSON("\(type) can only be state")
        }
        try EventContentRules.check(content, type: type, isState: false)
        let draft = try EventDraft(
            room: id, type: type, sender: sender, content: content, timestamp: time, transaction: transaction)
        self.init(room: id, draft: draft, scope: "send/\(type)")
    }

    /// A redaction.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`.
    init(
        redacting target: EventID, in id: RoomID, by sender: UserID, content: JSONValue, scope: String,
        transaction: EventTransaction?, at time: Int64
    ) throws {
        if let reason = content["reason"], reason.string == nil {
            throw MatrixError.badJSON("reason must be a string")
        }
        room = id
        self.scope = scope
        // Beside the content for old clients and room versions, in it for new ones: every version gets both.
        draft = try EventDraft(
            room: id, type: "m.room.redaction", sender: sender,
            content: content.replacing(["redacts"]) { $0.member("redacts", target.string) }, timestamp: time,
            redacts: target, transaction: transaction)
        check = { transaction in
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
}

/// A piece of a room's state on its way there.
struct StateProposal: Sendable {
    private enum Work: Sendable {
        case membership(MembershipChange)
        case state(EventDraft)
    }

    private let room: RoomID
    private let time: Int64
    private let work: Work

    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`, `M_FORBIDDEN` for a second creation.
    init(
        _ key: StateKey, _ content: JSONValue, in id: RoomID, by sender: UserID, isGuest: Bool, at time: Int64
    ) throws {
        try EventContentRules.check(content, type: key.type, isState: true)
        room = id
        self.time = time
        switch key.type {
        case "m.room.create": throw MatrixError.forbidden("A room is created only once")
        case "m.room.member":
            work = .membership(try MembershipChange(content, of: key.key, by: sender, isGuest: isGuest))
        default:
            work = .state(
                try EventDraft(
                    room: id, type: key.type, stateKey: key.key, sender: sender, content: content, timestamp: time))
        }
    }

    func perform(in transaction: JournalTransaction) throws -> EventID {
        switch work {
        case .membership(let change): return try transaction.change(change, in: room, at: time).eventID
        case .state(let draft):
            try EventContentRules.check(draft, in: room, transaction)
            return try transaction.append(draft, to: room).eventID
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
