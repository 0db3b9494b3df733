package import EventLoop
import JSON
package import MatrixAPI
package import Store
import Synchronization

/// Events that are sent at a time to come, in the name of a member: what clients ask for (a call's end when its device
/// is heard no more, a message for tomorrow), and what the server itself announces by a schedule.
///
/// They are in the store. An event that is due is sent in the transaction that deletes it, so that a kill at any moment
/// neither loses nor doubles it; what was due while the server was down is sent at its start. Whether the sender may
/// is decided then: one who may not any more sends nothing.
///
/// Source: MSC4140.
package final class DelayedEvents: JournalObserver {
    package struct Settings: Sendable {
        /// Of what a client asks for.
        package var maximumDelay = Duration.seconds(86_400)
        /// How many a member may have waiting at a time.
        package var perMember = 100
        package init() {}
    }

    private struct State {
        var timer: LoopTimer?
        /// When the timer is to fire, in milliseconds since 1970.
        var wake: Int64?
        /// What delayed events would set. Entries stay when their event is gone; they only cost a look.
        var states: Set<Slot> = []
    }

    private struct Slot: Hashable {
        let room: RoomID
        let key: StateKey
    }

    /// The clock may be set while the timer waits: it is looked at again after this many milliseconds.
    private static let longestWait: Int64 = 600_000
    /// How long to wait when the store could not be written, in milliseconds.
    private static let retry: Int64 = 5000
    private static let batch = 100

    let journal: Journal
    let settings: Settings
    let clock: WallClock
    private let loop: EventLoop
    private let state = Mutex(State())

    /// - Parameter loop: where its timer runs.
    package init(journal: Journal, loop: EventLoop, clock: WallClock = .system, settings: Settings = Settings()) {
        self.journal = journal
        self.loop = loop
        self.clock = clock
        self.settings = settings
    }

    /// Takes up what is in the store, and sends what became due meanwhile.
    /// - Throws: `StoreError`.
    package func restore() async throws {
        let slots = try await journal.store.read { try $0.delayedStates().map { Slot(room: $0.room, key: $0.key) } }
        state.withLock { $0.states.formUnion(slots) }
        await sendDue()
    }

    // MARK: Asking

    /// Has an event sent at a time, by a member.
    ///
    /// - Parameter due: milliseconds since 1970; a time that is past means at once.
    /// - Returns: the identifier by which it can be cancelled, sent earlier, or have its delay begin anew.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE` for what can never be sent; `M_FORBIDDEN` when the sender is not in the
    ///   room now.
    @discardableResult
    package func schedule(
        _ event: OutgoingEvent, in room: RoomID, by sender: UserID, at due: Int64
    ) async throws -> String {
        let now = clock.now
        return try await insert(event, room, sender, delay: max(0, due - now), limit: nil, now: now)
    }

    /// - Parameters:
    ///   - delay: in milliseconds.
    ///   - limit: how many the sender may have waiting, this one included; nil for any number.
    ///   - transaction: the same again gives the identifier that it gave before.
    func insert(
        _ event: OutgoingEvent, _ room: RoomID, _ sender: UserID, delay: Int64, limit: Int?,
        transaction key: TransactionKey? = nil, now: Int64
    ) async throws -> String {
        _ = try Self.proposal(event, in: room, by: sender, isGuest: false, at: now)
        let stored = StoredDelayedEvent(
            id: RandomBytes.token(), sender: sender, room: room, type: event.type, stateKey: event.stateKey,
            content: Array(event.content.bytes), delay: delay, started: now)
        if let key = event.stateKey {
            state.withLock { _ = $0.states.insert(Slot(room: room, key: StateKey(event.type, key))) }
        }
        let id = try await journal.write { transaction in
            if let key, let known = try transaction.store.transaction(key)?.response {
                return String(decoding: known, as: UTF8.self)
            }
            guard try transaction.existingRoom(room).isJoined(sender) else { throw Rooms.notInRoom }
            if let limit, try transaction.store.delayedEvents(of: sender).count >= limit {
                throw MatrixError.tooManyDelayedEvents
            }
            try transaction.store.insertDelayedEvent(stored)
            if let key {
                try transaction.store.insertTransaction(
                    StoredTransaction(eventID: nil, response: Array(stored.id.utf8), created: now), for: key)
            }
            return stored.id
        }
        wake(at: stored.due)
        return id
    }

    /// What waits to be sent by a member, the first that is due first.
    package func all(of sender: UserID) async throws -> [StoredDelayedEvent] {
        try await journal.store.read { try $0.delayedEvents(of: sender) }
    }

    /// What waits by that identifier.
    package func event(_ id: String) async throws -> StoredDelayedEvent? {
        try await journal.store.read { try $0.delayedEvent(id) }
    }

    /// Has it never sent.
    /// - Parameter sender: whose it has to be; nil for anybody's.
    /// - Throws: `M_NOT_FOUND` when it is not there, or was sent.
    package func cancel(_ id: String, of sender: UserID? = nil) async throws {
        try await journal.write { transaction in
            _ = try transaction.delayedEvent(id, of: sender)
            try transaction.store.deleteDelayedEvent(id)
        }
    }

    /// Has its delay begin anew, now.
    /// - Throws: as `cancel`.
    package func restart(_ id: String, of sender: UserID? = nil) async throws {
        try await journal.write { transaction in
            _ = try transaction.delayedEvent(id, of: sender)
            try transaction.store.restartDelayedEvent(id, at: transaction.now)
        }
    }

    /// Sends it now.
    /// - Throws: as `cancel`; why the room refused it, which it then never gets.
    package func sendNow(_ id: String, of sender: UserID? = nil) async throws {
        do {
            try await journal.write { transaction in
                try transaction.sendDelayed(try transaction.delayedEvent(id, of: sender))
            }
        } catch let error as MatrixError where error.code != .notFound {
            try await drop(id)
            throw error
        }
    }

    // MARK: Sending

    /// Sends what is due, and sets the timer for what comes next.
    package func sendDue() async {
        state.withLock { state in
            state.timer?.cancel()
            state.timer = nil
            state.wake = nil
        }
        do {
            while true {
                let now = clock.now
                let first = try await journal.store.read { try $0.delayedEvents(limit: Self.batch) }
                for event in first where event.due <= now { try await send(event.id, dueBy: now) }
                guard let last = first.last, last.due <= now else {
                    if let next = first.first(where: { $0.due > now }) { wake(at: next.due) }
                    return
                }
            }
        } catch {
            wake(at: clock.now + Self.retry)
        }
    }

    /// - Throws: `StoreError`; what the room refuses is dropped.
    private func send(_ id: String, dueBy now: Int64) async throws {
        do {
            try await journal.write { transaction in
                // Cancelled or restarted meanwhile.
                guard let event = try transaction.store.delayedEvent(id), event.due <= now else { return }
                try transaction.sendDelayed(event)
            }
        } catch is MatrixError {
            try await drop(id)
        }
    }

    private func drop(_ id: String) async throws {
        _ = try await journal.write { try $0.store.deleteDelayedEvent(id) }
    }

    private func wake(at due: Int64) {
        state.withLock { state in
            if let present = state.wake, present <= due { return }
            state.timer?.cancel()
            state.wake = due
            let wait = min(max(due - clock.now, 0), Self.longestWait)
            state.timer = loop.schedule(after: .milliseconds(wait)) { [weak self] in
                Task { await self?.sendDue() }
            }
        }
    }

    /// What sends an event, on the journal's thread.
    static func proposal(
        _ event: OutgoingEvent, in room: RoomID, by sender: UserID, isGuest: Bool, at time: Int64
    ) throws -> @Sendable (JournalTransaction) throws -> EventID {
        if let key = event.stateKey {
            let proposal = try StateProposal(
                StateKey(event.type, key), event.content, in: room, by: sender, isGuest: isGuest, at: time)
            return { try proposal.perform(in: $0) }
        }
        let proposal = try SendProposal(event.type, event.content, to: room, by: sender, transaction: nil, at: time)
        return { try proposal.perform(in: $0) }
    }

    // MARK: State that others set

    /// Somebody set a piece of state for which others had delayed events: theirs are out of date.
    package func published(_ publication: Publication) {
        for change in publication.changes {
            guard case .event(let event) = change.kind, let key = event.stateIdentity else { continue }
            guard state.withLock({ $0.states.contains(Slot(room: event.roomID, key: key)) }) else { continue }
            journal.writeEventually { transaction in
                try transaction.store.deleteDelayedStates(key, in: event.roomID, exceptOf: event.sender)
            }
        }
    }
}

extension JournalTransaction {
    /// - Throws: `M_NOT_FOUND`, also for another's.
    fileprivate func delayedEvent(_ id: String, of sender: UserID?) throws -> StoredDelayedEvent {
        guard let event = try store.delayedEvent(id), sender == nil || event.sender == sender else {
            throw MatrixError.notFound("There is no such delayed event, or it was sent")
        }
        return event
    }

    fileprivate func sendDelayed(_ event: StoredDelayedEvent) throws {
        try store.deleteDelayedEvent(event.id)
        // What the server sends by a schedule may be in the name of one who has no account.
        let account = try store.account(event.sender)
        let outgoing = OutgoingEvent(
            type: event.type, stateKey: event.stateKey, content: try JSONValue.stored(event.content))
        if let account, !outgoing.isFarewell(of: event.sender) {
            if account.isSuspended { throw MatrixError.userSuspended }
            if account.isLocked || account.isDeactivated {
                throw MatrixError.forbidden("The account of the sender is locked or closed")
            }
        }
        _ = try DelayedEvents.proposal(
            outgoing, in: event.room, by: event.sender, isGuest: account?.kind == .guest, at: now)(self)
    }
}

extension OutgoingEvent {
    /// Whether the user only leaves by it, the room or a call: that is sent whatever became of their account, so that
    /// nobody is shown where they are not any more.
    fileprivate func isFarewell(of user: UserID) -> Bool {
        guard let stateKey else { return false }
        if type == "m.room.member" {
            return stateKey == user.string && content["membership"]?.string == Membership.leave.rawValue
        }
        // A call's member events (`org.matrix.msc3401.call.member`, …) end by having nothing in them.
        return type.hasSuffix(".member") && stateKey.contains(user.string) && content.object?.isEmpty == true
    }
}
