package import EventLoop
package import MatrixAPI
import Store
import Synchronization

/// Who is there: kept from the connections and polls themselves, and from what members say.
///
/// Changes are collected: those who wait learn of them at most every `wakeInterval`.
package final class Presence: PresenceSource, ConnectionObserver, JournalObserver, SessionObserver {
    package struct Settings: Sendable {
        package var connections = ConnectionList.Settings()
        /// Presence alone wakes those who wait at most this often.
        package var wakeInterval: Duration = .seconds(3)
        package init() {}
    }

    private struct State {
        var list: ConnectionList
        var isWakePending = false
        /// Up to where those who wait were woken.
        var woken: Int64 = 0
        var lastWake: Int64 = 0
        var expiry: (at: Int64, timer: LoopTimer)?
    }

    let journal: Journal
    let clock: WallClock
    private let sequence: EphemeralSequence
    private let settings: Settings
    private let loop: EventLoop
    private let observers: Mutex<[@Sendable ([UserID]) -> Void]>
    private let state: Mutex<State>

    /// - Parameters:
    ///   - loop: where its timers run.
    ///   - notify: wakes those who share a room with one of these members, whose presence changed.
    package init(
        journal: Journal, sequence: EphemeralSequence, clock: WallClock, loop: EventLoop,
        settings: Settings = Settings(),
        notify: @escaping @Sendable ([UserID]) -> Void
    ) {
        self.journal = journal
        self.sequence = sequence
        self.clock = clock
        self.loop = loop
        self.settings = settings
        observers = Mutex([notify])
        state = Mutex(State(list: ConnectionList(settings.connections)))
    }

    /// Has `notify` called with the members whose presence changed, as collected.
    package func addObserver(_ notify: @escaping @Sendable ([UserID]) -> Void) {
        observers.withLock { $0.append(notify) }
    }

    /// Takes in what members said of themselves before a restart. To be called before the first of them connects: who
    /// chose to be invisible must not be seen for a moment.
    /// - Throws: `StoreError`.
    package func restore() async throws {
        let kept = try await journal.store.read { try $0.presences() }
        state.withLock { state in
            for stored in kept {
                var restored = PresenceState()
                restored.statusMessage = stored.statusMessage
                restored.lastActive = stored.lastActive
                let chosen = Availability(rawValue: stored.presence).flatMap { $0 == .ready ? nil : $0 }
                state.list.restore(stored.user, restored, chosen: chosen)
            }
        }
    }

    // MARK: Connections

    package func syncBegan(_ user: UserID, device: DeviceID, presence: String?) {
        update(user) { list, now, next in
            list.began(user, device, declared: presence.map(Availability.init(presence:)), now: now, next)
        }
    }

    package func syncEnded(_ user: UserID, device: DeviceID) {
        update(user) { list, now, next in list.ended(user, device, now: now, next) }
    }

    package func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
        update(user) { list, now, next in list.removed(user, devices, now: now, next) }
    }

    /// Writing and reading show that somebody is at the desk.
    package func published(_ publication: Publication) {
        let active = Set(
            publication.changes.compactMap { change -> UserID? in
                switch change.kind {
                case .event(let event): event.sender
                case .receipt(let receipt): receipt.user
                default: nil
                }
            })
        for user in active { update(user) { list, now, next in list.acted(user, now: now, next) } }
    }

    /// A member's call begins or is over.
    func setInCall(_ user: UserID, _ isInCall: Bool) {
        update(user) { list, now, next in list.inCall(user, isInCall, now: now, next) }
    }

    /// What a member says of themselves, kept over restarts.
    package func set(
        _ user: UserID, _ availability: Availability, message: String?, connectsEvery: Int64?
    ) async throws {
        update(user) { list, now, next in
            list.chose(user, availability, message: message, connectsEvery: connectsEvery, now: now, next)
        }
        let now = clock.now
        try await journal.write { transaction in
            try transaction.store.setPresence(
                StoredPresence(
                    user: user, presence: availability.rawValue, statusMessage: message, lastActive: now))
        }
    }

    // MARK: Reading

    package func users(changedAfter sequence: Int64?) -> [UserID] {
        state.withLock { state in
            guard let sequence else { return state.list.knownUsers }
            return state.list.users(changedAfter: sequence)
        }
    }

    package func users(among candidates: [UserID], changedAfter sequence: Int64?) -> [UserID] {
        state.withLock { $0.list.users(among: candidates, changedAfter: sequence) }
    }

    package func changeCount(after sequence: Int64?) -> Int {
        state.withLock { $0.list.changeCount(after: sequence) }
    }

    package func presence(of user: UserID) -> (content: [UInt8], isOffline: Bool)? {
        guard let known = state.withLock({ $0.list.state(of: user) }) else { return nil }
        return (known.content(now: clock.now), known.availability == .offline)
    }

    /// The presence of members; those of whom nothing is known are offline.
    func states(of users: [UserID]) -> [PresenceState] {
        state.withLock { state in users.map { state.list.state(of: $0) ?? PresenceState() } }
    }

    /// Members who are connected, for metrics.
    package var connectedCount: Int { state.withLock { $0.list.connectedCount } }

    // MARK: Time

    /// - Parameter user: whom the change is about; nil for all.
    private func update(_ user: UserID?, _ change: (inout ConnectionList, Int64, () -> Int64) -> Bool) {
        let now = clock.now
        let wake: Duration? = state.withLock { state in
            let isChanged = change(&state.list, now, { sequence.next() })
            let deadline = user.map { state.list.nextDeadline(of: $0) } ?? state.list.nextDeadline
            if let deadline { planExpiry(&state, deadline, now) }
            guard isChanged, !state.isWakePending else { return nil }
            state.isWakePending = true
            let earliest = state.lastWake + settings.wakeInterval.milliseconds
            // The time of day may have been set back.
            return .milliseconds(min(max(100, earliest - now), settings.wakeInterval.milliseconds))
        }
        if let wake { _ = loop.schedule(after: wake) { [weak self] in self?.wake() } }
    }

    private func wake() {
        let changed = state.withLock { state in
            state.isWakePending = false
            state.lastWake = clock.now
            let changed = state.list.users(changedAfter: state.woken)
            state.woken = sequence.current
            return changed
        }
        for notify in observers.withLock({ $0 }) { notify(changed) }
    }

    /// Sees to it that a timer runs when time alone changes something.
    private func planExpiry(_ state: inout State, _ deadline: Int64, _ now: Int64) {
        // One that is due earlier looks for itself what comes next.
        if let planned = state.expiry, planned.at <= deadline { return }
        state.expiry?.timer.cancel()
        let timer = loop.schedule(after: .milliseconds(max(1000, deadline - now))) { [weak self] in self?.expire() }
        state.expiry = (deadline, timer)
    }

    private func expire() {
        state.withLock { $0.expiry = nil }
        update(nil) { list, now, next in list.expire(now: now, next) }
    }
}

extension Availability {
    /// From the specification's word.
    package init(presence: String) {
        switch presence {
        case "offline": self = .offline
        case "unavailable": self = .away
        default: self = .ready
        }
    }
}
