import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound
import Store
import Synchronization

/// Sends what waits for the pushers to their gateways: each pusher's in order, a bounded number of pushers at a time.
///
/// A notification leaves the store's queue when its gateway has it. One that was on its way when the server was killed
/// is sent once more, with the same event: two sides without a common transaction cannot do better than that, and
/// clients tell by the event.
///
/// A gateway that cannot be reached or answers an error is tried again, after one second and then twice as long each
/// time, up to an hour. What is older than three days is dropped.
final class PushDelivery: Sendable {
    private struct Lane {
        /// In `ready`, or with a worker.
        var isBusy = false
        /// Something came while a worker had it.
        var isWanted = false
        var failures = 0
        /// Until then the gateway is left alone.
        var pause: LoopTimer?
        /// The member read something since the gateway was told a count.
        var isBadgeDue = false
        var toldBadge: Int?
    }

    private struct State {
        var lanes: [Int64: Lane] = [:]
        var ready: [Int64] = []
        var workers = 0
    }

    private enum Outcome {
        case nothingLeft, goOn
        case failed(String)
    }

    /// What is to be sent, or only to be forgotten.
    private struct Job: Sendable {
        let pusher: StoredPusher
        /// Through which number the queue is done with when this was sent.
        let through: Int64
        let unread: Int
        /// nil when there is nothing to send.
        let body: [UInt8]?
    }

    private static let maximumWorkers = 16
    private static let maximumAge: Int64 = 3 * 86_400_000
    private static let longestPause = Duration.seconds(3600)
    /// Entries of the queue that are looked at at once.
    private static let lookAhead = 50

    private let journal: Journal
    private let loop: EventLoop
    private let http: HTTPClient
    private let unread: UnreadCounts
    private let clock: WallClock
    private let removed: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter removed: told that pushers were taken away because their gateways do not know them any more.
    init(
        journal: Journal, loop: EventLoop, http: HTTPClient, unread: UnreadCounts, clock: WallClock,
        removed: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.loop = loop
        self.http = http
        self.unread = unread
        self.clock = clock
        self.removed = removed
    }

    // MARK: Lanes

    /// Something waits for these pushers.
    func wake(_ pushers: some Sequence<Int64>) {
        let starting = state.withLock { state in
            for id in pushers { Self.put(id, &state) }
            return Self.startWorkers(&state)
        }
        startWorkers(starting)
    }

    /// The member of these pushers read something.
    func badgeChanged(_ pushers: some Sequence<Int64>) {
        let pushers = Array(pushers)
        state.withLock { state in for id in pushers { state.lanes[id, default: Lane()].isBadgeDue = true } }
        wake(pushers)
    }

    private static func put(_ id: Int64, _ state: inout State) {
        var lane = state.lanes[id] ?? Lane()
        if lane.isBusy {
            lane.isWanted = true
        } else if lane.pause == nil {
            lane.isBusy = true
            state.ready.append(id)
        }
        state.lanes[id] = lane
    }

    private static func startWorkers(_ state: inout State) -> Int {
        let count = min(maximumWorkers - state.workers, state.ready.count)
        state.workers += count
        return count
    }

    private func startWorkers(_ count: Int) {
        for _ in 0..<count { Task { [weak self] in await self?.work() } }
    }

    private func work() async {
        while let id = state.withLock({ state -> Int64? in
            guard !state.ready.isEmpty else {
                state.workers -= 1
                return nil
            }
            return state.ready.removeFirst()
        }) {
            var outcome = Outcome.goOn
            while case .goOn = outcome { outcome = await step(id) }
            leave(id, outcome)
        }
    }

    private func leave(_ id: Int64, _ outcome: Outcome) {
        let starting = state.withLock { state in
            guard var lane = state.lanes[id] else { return 0 }
            lane.isBusy = false
            let isWanted = lane.isWanted
            lane.isWanted = false
            if case .failed = outcome {
                let pause = min(Duration.seconds(1 << min(lane.failures, 12)), Self.longestPause)
                lane.failures += 1
                lane.pause = loop.schedule(after: pause) { [weak self] in self?.pauseEnded(id) }
            } else {
                lane.failures = 0
            }
            state.lanes[id] = lane
            if isWanted { Self.put(id, &state) }
            return Self.startWorkers(&state)
        }
        startWorkers(starting)
    }

    private func pauseEnded(_ id: Int64) {
        state.withLock { $0.lanes[id]?.pause = nil }
        wake([id])
    }

    // MARK: One notification

    private func step(_ id: Int64) async -> Outcome {
        do {
            let (isBadgeDue, told) = state.withLock { state in
                defer { state.lanes[id]?.isBadgeDue = false }
                return (state.lanes[id]?.isBadgeDue ?? false, state.lanes[id]?.toldBadge)
            }
            guard let job = try await job(id, isBadgeDue: isBadgeDue, told: told) else { return .nothingLeft }
            if let body = job.body {
                do {
                    try await send(body, job)
                } catch {
                    if isBadgeDue { state.withLock { $0.lanes[id]?.isBadgeDue = true } }
                    throw error
                }
                state.withLock { state in
                    state.lanes[id]?.toldBadge = job.unread
                    state.lanes[id]?.failures = 0
                }
            }
            if job.through > 0 {
                try await journal.write { try $0.store.deleteQueuedPushes(of: id, through: job.through) }
            }
            return .goOn
        } catch {
            return .failed("\(error)")
        }
    }

    /// The next thing to do; nil when there is nothing.
    private func job(_ id: Int64, isBadgeDue: Bool, told: Int?) async throws -> Job? {
        try await journal.store.read { [self] reader in
            guard let pusher = try reader.pusher(id), pusher.kind == "http" else { return nil }
            let queue = try reader.queuedPushes(of: id, limit: Self.lookAhead)
            for push in queue {
                guard push.created > clock.now - Self.maximumAge,
                    let event = try journal.event(of: push, worthTelling: pusher.user, reader),
                    let room = try journal.room(event.roomID, reader)
                else { continue }
                let actions = try PushActions(parsing: JSONValue.parse(push.actions, limits: .stored))
                let count = try unreadCount(of: pusher.user, reader)
                return Job(
                    pusher: pusher, through: push.id, unread: count,
                    body: PushNotification.body(
                        to: pusher, of: event, in: room, actions: actions, unread: count))
            }
            if let last = queue.last { return Job(pusher: pusher, through: last.id, unread: 0, body: nil) }
            guard isBadgeDue else { return nil }
            let count = try unreadCount(of: pusher.user, reader)
            guard count != told else { return nil }
            return Job(
                pusher: pusher, through: 0, unread: count,
                body: PushNotification.body(to: pusher, of: nil, in: nil, actions: .none, unread: count))
        }
    }

    private func unreadCount(of user: UserID, _ reader: any StoreReader) throws -> Int {
        let position = journal.position
        var total = 0
        for (id, membership) in try journal.memberships(of: user, reader) where membership.membership == .join {
            guard let room = try journal.room(id, reader),
                let count = try unread.counts(of: user, in: room, upTo: position, log: journal.log, reader)
            else { continue }
            total += count.main.notifications + count.threads.values.reduce(0) { $0 + $1.notifications }
        }
        return total
    }

    private func send(_ body: [UInt8], _ job: Job) async throws {
        guard let url = try JSONValue.stored(job.pusher.data)["url"]?.string else { return }
        var request = FetchRequest("POST", url, headers: ["content-type": "application/json"], body: body)
        request.maximumBody = 64 << 10
        let answer = try await http.fetch(request)
        guard (200..<300).contains(answer.status) else { throw FetchError.other("status \(answer.status)") }
        guard PushNotification.rejected(answer.body).contains(job.pusher.pushkey) else { return }
        let id = job.pusher.id
        _ = try await journal.write { try $0.store.deletePusher(id) }
        state.withLock { $0.lanes[id] = nil }
        removed()
    }
}
