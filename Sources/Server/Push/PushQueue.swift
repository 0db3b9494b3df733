import EventLoop
import JSON
import MatrixAPI
import Store
import Synchronization

/// Finds out whom each event is worth a notification to, and puts that into the store's queue.
///
/// Behind the events, so that a send costs the same with it, and with the position up to which events were looked at in
/// the same transaction: after a kill at any moment each event is taken in once.
final class PushQueue: Sendable {
    private struct State {
        var isRunning = false
        /// There was more while it ran.
        var isWanted = false
        /// Events up to here were looked at, and nothing came of those after the store's position.
        var scanned: Int64 = 0
    }

    private struct Batch: Sendable {
        let start: Int64
        let end: Int64
        let pushes: [QueuedPush]
        let isComplete: Bool
    }

    /// Events that are looked at at once.
    private static let batch = 200
    /// The position is written after so many events of which nothing came.
    private static let unwritten: Int64 = 500
    /// How long to wait when the store could not be written.
    private static let retry = Duration.seconds(5)

    private let journal: Journal
    private let loop: EventLoop
    private let table: PusherTable
    private let rules: PushRules
    private let ignoredUsers: IgnoredUsers
    private let clock: WallClock
    private let queued: @Sendable (Set<Int64>) -> Void
    private let state = Mutex(State())

    /// - Parameter queued: told for which pushers something waits.
    init(
        journal: Journal, loop: EventLoop, table: PusherTable, rules: PushRules, ignoredUsers: IgnoredUsers,
        clock: WallClock, queued: @escaping @Sendable (Set<Int64>) -> Void
    ) {
        self.journal = journal
        self.loop = loop
        self.table = table
        self.rules = rules
        self.ignoredUsers = ignoredUsers
        self.clock = clock
        self.queued = queued
    }

    /// Takes in what is new; returns at once.
    func wake() {
        let starts = state.withLock { state in
            state.isWanted = true
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        Task { [weak self] in await self?.run() }
    }

    private func run() async {
        while state.withLock({ state in
            defer { state.isWanted = false }
            state.isRunning = state.isWanted
            return state.isRunning
        }) {
            do {
                while try await !takeIn() {}
            } catch {
                _ = loop.schedule(after: Self.retry) { [weak self] in self?.wake() }
            }
        }
    }

    /// - Returns: whether that was all there is.
    private func takeIn() async throws -> Bool {
        let newest = journal.position
        let scanned = state.withLock { $0.scanned }
        let batch = try await journal.store.read { [self] reader in
            let written = try reader.pushedPosition()
            let start = max(written, scanned)
            let pushers = try table.current(reader)
            guard start < newest, !pushers.isEmpty else {
                return Batch(start: written, end: max(start, newest), pushes: [], isComplete: true)
            }
            let events = try reader.events(after: start, through: newest, limit: Self.batch)
            let isComplete = events.count < Self.batch
            return Batch(
                start: written, end: isComplete ? newest : events.last?.position ?? newest,
                pushes: try events.flatMap { try pushes(for: $0, pushers, reader) }, isComplete: isComplete)
        }
        try await keep(batch)
        return batch.isComplete
    }

    private func keep(_ batch: Batch) async throws {
        if !batch.pushes.isEmpty || batch.end - batch.start > Self.unwritten {
            try await journal.write { transaction in
                for push in batch.pushes where try transaction.store.pusher(push.pusher) != nil {
                    try transaction.store.enqueuePush(push)
                }
                try transaction.store.setPushedPosition(batch.end)
            }
        }
        state.withLock { $0.scanned = batch.end }
        if !batch.pushes.isEmpty { queued(Set(batch.pushes.map(\.pusher))) }
    }

    private func pushes(
        for event: Event, _ pushers: [UserID: [StoredPusher]], _ reader: any StoreReader
    ) throws -> [QueuedPush] {
        guard event.redactedBecause == nil, let room = try journal.room(event.roomID, reader), let levels = room.levels
        else { return [] }
        var found: [QueuedPush] = []
        let seen = PushEvent(event, memberCount: room.joinedCount, powerLevels: levels)
        for user in Self.candidates(event, room, pushers) where user != event.sender {
            guard let ruleset = try rules.ruleset(of: user, reader),
                try ignoredUsers.ignored(by: user, reader)?.hides(event) != true
            else { continue }
            let actions = ruleset.evaluate(
                seen, displayName: room.members[user]?.content["displayname"]?.string)
            guard actions.notify, try isSeen(event, by: user, in: room, reader) else { continue }
            for pusher in pushers[user] ?? [] where pusher.since < event.position {
                found.append(
                    QueuedPush(
                        pusher: pusher.id, position: event.position, actions: actions.json, created: clock.now))
            }
        }
        return found
    }

    /// Whether the member may see the event. Whoever joined behind it may be in the room by the time that it is taken in.
    private func isSeen(
        _ event: Event, by user: UserID, in room: RoomSnapshot, _ reader: any StoreReader
    ) throws -> Bool {
        guard let membership = room.members[user], membership.position > event.position else { return true }
        let filter = HistoryVisibilityFilter(user: user, room: room, reader: reader)
        return try !filter.visible([event]).isEmpty
    }

    /// Those with a pusher who are in the room, or are asked into it by this event.
    private static func candidates(
        _ event: Event, _ room: RoomSnapshot, _ pushers: [UserID: [StoredPusher]]
    ) -> [UserID] {
        var users =
            pushers.count < room.joinedCount
            ? pushers.keys.filter(room.isJoined) : room.users(with: .join).filter { pushers[$0] != nil }
        if event.type == "m.room.member", event.membership == .invite, let key = event.stateKey {
            let target = UserID(unchecked: key)
            if pushers[target] != nil, !users.contains(target) { users.append(target) }
        }
        return users
    }
}
