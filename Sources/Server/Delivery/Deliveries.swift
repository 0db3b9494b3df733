package import EventLoop
import JSON
package import MatrixAPI
package import Store
import Synchronization

/// Applies members' delivery rules to feeds: who has one for a feed gets its items when they want them.
///
/// For each member and feed there are *marks* in the journal: from a mark on, the member has the items up to the mark's
/// `through` (items behind it are held), or everything at once. A mark is written when a rule is set, when held items
/// are due, and when a quiet part of the day begins or ends. A sync from one token to another gives the items between
/// what the member had at the one and at the other: nothing is lost or doubled, whatever restarts or changes of rules lie
/// between, and tokens stay positions.
///
/// An item costs nothing for members who hold it: who is to be woken is a list of each feed's. A release costs one row for
/// each member who gets something. All that is due in a minute is looked for in one place, a wheel of minutes. What is due
/// is worked out from the rules, so that a start finds it again.
package final class Deliveries: JournalObserver {
    struct Key: Hashable, Sendable {
        let user: UserID
        let room: RoomID
    }

    /// Members whose marks are written in one proposal.
    private static let keysAtOnce = 200
    /// Of each member and feed, in the store.
    static let marksKept = 500

    private struct State {
        var feeds: [RoomID: FeedDeliveries] = [:]
        /// What is due in each minute since 1970.
        var wheel: [Int64: Set<Key>] = [:]
        var minutes: [Key: Int64] = [:]
    }

    private let journal: Journal
    private let loop: EventLoop
    private let clock: WallClock
    private let state = Mutex(State())

    /// - Parameter loop: where the wheel turns.
    package init(journal: Journal, loop: EventLoop, clock: WallClock = .system) {
        self.journal = journal
        self.loop = loop
        self.clock = clock
    }

    /// Reads the rules, gives what became due while there was no server, and begins.
    package func start() async throws {
        let stored = try await journal.store.read { reader in
            try reader.deliveries().compactMap { delivery -> (StoredDelivery, DeliveryEntry)? in
                guard let mark = try reader.deliveryMark(of: delivery.user, in: delivery.room, at: .max),
                    let rule = try? DeliveryRule(JSONValue.stored(delivery.rule))
                else { return nil }
                return (delivery, DeliveryEntry(rule: rule, marks: [mark], isWhole: false))
            }
        }
        state.withLock { state in
            for (delivery, entry) in stored {
                state.feeds[delivery.room, default: FeedDeliveries()].set(entry, of: delivery.user, isJoined: nil)
            }
        }
        let keys = stored.map { Key(user: $0.0.user, room: $0.0.room) }
        try await settle(keys, isLate: true)
        for key in keys { schedule(key) }
        turn()
    }

    // MARK: What members get

    /// What a client gets of a feed's items that has everything up to `since`; nil when no rule is or was in force.
    /// - Throws: `NeedsStore` when only the store knows and `reader` is nil.
    func window(
        of user: UserID, in room: RoomID, since: Int64, upTo: Int64, _ reader: (any StoreReader)?
    ) throws -> DeliveryWindow? {
        guard let entry = state.withLock({ $0.feeds[room]?.entries[user] }) else { return nil }
        func through(_ position: Int64) throws -> Int64 {
            if let known = entry.through(at: position) { return known }
            guard let reader else { throw NeedsStore() }
            return try reader.deliveredThrough(of: user, in: room, at: position)
        }
        return DeliveryWindow(from: try through(since), through: try through(upTo), rule: entry.rule)
    }

    /// Whether a member is to learn of an event now; for those who notify. What is held is told of by the member's next
    /// `delivery` change.
    package func isDelivered(_ event: Event, to user: UserID) -> Bool {
        guard event.isItem, let entry = state.withLock({ $0.feeds[event.roomID]?.entries[user] }), let mark = entry.last
        else {
            return true
        }
        let window = DeliveryWindow(from: 0, through: mark.through(at: event.position), rule: entry.rule)
        return window.isDelivered(event)
    }

    /// Who is to be woken for what happened in a feed: not those for whom all of it is held or without their words. Costs
    /// nothing for those who hold it.
    /// - Returns: nil when that is every member.
    func concerned(by happened: @autoclosure () -> [Event], in room: RoomID) -> ConcernedMembers? {
        let (hasExceptions, known) = state.withLock { state in
            let feed = state.feeds[room]
            return (feed?.hasExceptions ?? false, feed?.awake)
        }
        guard hasExceptions else { return nil }
        let events = happened()
        guard events.allSatisfy(\.isItem) else { return nil }
        if let known { return ConcernedMembers(known, events) }
        // The room, as it is after that was read, has all that the feed was told of its members.
        guard let feed = state.withLock({ $0.feeds[room] }), let snapshot = journal.rooms.value(room) else {
            return nil
        }
        let awake = feed.findAwake(in: snapshot)
        state.withLock { $0.feeds[room]?.keep(awake, asOf: feed) }
        return ConcernedMembers(awake, events)
    }

    // MARK: Rules

    /// Sets a member's rule, as part of setting the account data. What was held comes at once.
    func set(
        _ rule: DeliveryRule, content: [UInt8], of user: UserID, in room: RoomID, _ transaction: JournalTransaction
    ) throws {
        guard try transaction.room(room)?.type == PortalRoomType.feed.rawValue else { return }
        let last = try transaction.store.deliveryMark(of: user, in: room, at: .max)
        // Who never had one and wants none needs no mark.
        if last == nil, rule.isPlain { return }
        try transaction.store.setDelivery(StoredDelivery(user: user, room: room, rule: content))
        try transaction.mark(
            user, room, after: last, through: nil, isHeld: rule.isHeld(at: transaction.now), rule: content)
    }

    package func prepare(for publication: Publication) {
        var changed: [Key] = []
        state.withLock { state in
            for change in publication.changes {
                if case .event(let event) = change.kind, event.type == "m.room.member", let user = event.stateKey {
                    state.feeds[event.roomID]?.set(UserID(unchecked: user), isJoined: event.membership == .join)
                }
                guard case .delivery(let delivery) = change.kind else { continue }
                let key = Key(user: delivery.user, room: delivery.room)
                var entry = state.feeds[key.room]?.entries[key.user]
                if let content = delivery.rule, let rule = try? DeliveryRule(JSONValue.stored(content)) {
                    if entry == nil { entry = DeliveryEntry(rule: rule, marks: [], isWhole: true) }
                    entry?.rule = rule
                }
                entry?.add(delivery.mark)
                if let entry {
                    state.feeds[key.room, default: FeedDeliveries()].set(
                        entry, of: key.user, isJoined: journal.rooms.value(key.room)?.isJoined(key.user))
                }
                changed.append(key)
            }
        }
        for key in changed { schedule(key) }
    }

    // MARK: Time

    private func schedule(_ key: Key) {
        let now = clock.now
        state.withLock { state in
            if let minute = state.minutes.removeValue(forKey: key) { state.wheel[minute]?.remove(key) }
            guard let entry = state.feeds[key.room]?.entries[key.user],
                let next = entry.rule.next(after: now, last: entry.last?.time ?? now)
            else { return }
            let minute = (next + 59_999) / 60_000
            state.wheel[minute, default: []].insert(key)
            state.minutes[key] = minute
        }
    }

    /// Waits for the next minute.
    private func turn() {
        _ = loop.schedule(after: .milliseconds(60_000 - clock.now % 60_000)) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) {
                await self.tick()
                self.turn()
            }
        }
    }

    /// Gives what is due.
    func tick() async {
        let minute = clock.now / 60_000
        let due = state.withLock { state in
            var due: [Key] = []
            for past in state.wheel.keys where past <= minute {
                for key in state.wheel.removeValue(forKey: past) ?? [] {
                    state.minutes[key] = nil
                    due.append(key)
                }
            }
            return due
        }
        // What fails now is found by the next start, or when the member's rule is next due.
        try? await settle(due, isLate: false)
        for key in due { schedule(key) }
    }

    private func settle(_ keys: [Key], isLate: Bool) async throws {
        for batch in keys.batches(of: Self.keysAtOnce) {
            let entries = state.withLock { state in
                batch.compactMap { key in state.feeds[key.room]?.entries[key.user].map { (key, $0) } }
            }
            let log = journal.log
            try await journal.write { transaction in
                for (key, entry) in entries { try transaction.settle(key, entry, isLate: isLate, log) }
            }
        }
    }

    /// How many members have rules that are not of items at once; for figures and tests.
    package var ruleCount: Int {
        state.withLock { $0.feeds.values.reduce(0) { $0 + $1.entries.values.count { !$0.rule.isPlain } } }
    }
}

/// That a member has more of a feed, or another rule for it.
package struct DeliveryChange: Sendable {
    package let user: UserID
    package let room: RoomID
    package let mark: DeliveryMark
    /// The content of the new rule; nil when it is the same.
    package let rule: [UInt8]?
}

extension JournalTransaction {
    /// Writes the next mark.
    ///
    /// - Parameter through: nil for everything so far.
    fileprivate func mark(
        _ user: UserID, _ room: RoomID, after last: DeliveryMark?, through: Int64?, isHeld: Bool, rule: [UInt8]? = nil
    ) throws {
        let position = self.position + 1
        let mark = DeliveryMark(
            position: position, before: last?.through(at: position - 1) ?? position - 1, through: through ?? position,
            isHeld: isHeld, time: now)
        record(.delivery(DeliveryChange(user: user, room: room, mark: mark, rule: rule)))
        try store.insertDeliveryMark(mark, of: user, in: room, keeping: Deliveries.marksKept)
    }

    /// Gives a member what is due, and begins or ends a quiet part of the day.
    ///
    /// - Parameter isLate: it may have been due when there was no server.
    fileprivate func settle(
        _ key: Deliveries.Key, _ entry: DeliveryEntry, isLate: Bool, _ log: ChangeLog
    ) throws {
        guard let last = try store.deliveryMark(of: key.user, in: key.room, at: .max),
            // The rule was changed a moment ago: that looked after everything.
            last.position == entry.last?.position, let room = try room(key.room)
        else { return }
        let isHeld = entry.rule.isHeld(at: now)
        if entry.rule.mode == .atOnce {
            guard isHeld != last.isHeld else { return }
            return try mark(key.user, key.room, after: last, through: nil, isHeld: isHeld)
        }
        guard last.isHeld, room.position > last.through,
            log.events(in: room.id, since: last.through, upTo: .max)?.contains(where: \.isItem) ?? true
        else { return }
        guard isLate else { return try mark(key.user, key.room, after: last, through: nil, isHeld: true) }
        guard let due = entry.rule.lastDue(before: now, since: last.time) else { return }
        // What came after that time is not due yet.
        let newest = try store.event(in: room.id, closestTo: due, order: .backward)?.position ?? 0
        guard newest > last.through else { return }
        try mark(key.user, key.room, after: last, through: newest, isHeld: true)
    }
}
