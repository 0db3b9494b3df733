import EventLoop
package import MatrixAPI
package import Store
import Synchronization

/// The one order of everything that clients must learn, and the one writer of the store.
///
/// Proposals are closures. All that are pending run one after the other on the journal's thread, each in a
/// savepoint, within one transaction; when that is on the disk, the snapshots are replaced, observers learn of the
/// batch, and the proposals are answered. Nothing is acknowledged before it is durable.
package final class Journal: Sendable {
    /// Counters for metrics.
    package struct Statistics: Sendable {
        package var batches: Int64 = 0
        package var proposals: Int64 = 0
        package var changes: Int64 = 0
        package var failedBatches: Int64 = 0
    }

    /// One proposal: performs and returns what to do when the batch's fate is known (nil: committed).
    typealias Proposal = @Sendable (JournalTransaction) -> Completion
    typealias Completion = @Sendable ((any Error)?) -> Void

    private struct Queue {
        var pending: [Proposal] = []
        var isDraining = false
        var isClosed = false
    }

    package let store: any Store
    package let rooms = LoadingCache<RoomID, RoomSnapshot>()
    package let memberships = LoadingCache<UserID, [RoomID: RoomMembership]>()
    package let log: ChangeLog
    private let clock: WallClock
    private let thread = BlockingPool(threads: 1, name: "journal", urgency: .prompt)
    private let queue = Mutex(Queue())
    private let published: Atomic<Int64>
    private let observers = Mutex<[any JournalObserver]>([])
    private let counters = Mutex(Statistics())
    private let batch: Batch
    private let metrics: JournalMetrics?

    /// Opens the journal on a store whose only writer it becomes.
    /// - Throws: `StoreError` when the store cannot be written or its position cannot be read.
    package init(store: any Store, clock: WallClock = .system, metrics: JournalMetrics? = nil) throws {
        self.store = store
        self.clock = clock
        self.metrics = metrics
        let writer = try store.makeWriter()
        let position = try writer.lastPosition()
        batch = Batch(writer: writer, position: position)
        published = Atomic(position)
        log = ChangeLog(after: position)
    }

    /// The position up to which everything is durable and visible to readers.
    package var position: Int64 { published.load(ordering: .sequentiallyConsistent) }

    package var statistics: Statistics { counters.withLock { $0 } }

    package func addObserver(_ observer: any JournalObserver) { observers.withLock { $0.append(observer) } }

    // MARK: Writing

    /// Runs `body` on the journal's thread as part of the next batch and returns its result when that is durable.
    ///
    /// - Throws: what `body` throws, with nothing of it kept; `StoreError` when the batch could not be written.
    package func write<T: Sendable>(_ body: @escaping @Sendable (JournalTransaction) throws -> T) async throws -> T {
        try await withUnsafeThrowingContinuation { continuation in
            enqueue { transaction in
                do {
                    let value = try transaction.perform(body)
                    return { failure in
                        if let failure {
                            continuation.resume(throwing: failure)
                        } else {
                            continuation.resume(returning: value)
                        }
                    }
                } catch {
                    return { _ in continuation.resume(throwing: error) }
                }
            }
        }
    }

    /// Like `write`, for what nobody waits for (deleting what was delivered).
    package func writeEventually(_ body: @escaping @Sendable (JournalTransaction) throws -> Void) {
        enqueue { transaction in
            try? transaction.perform(body)
            return { _ in }
        }
    }

    private func enqueue(_ proposal: @escaping Proposal) {
        enum Next { case wait, drain, refuse }
        let next: Next = queue.withLock { queue in
            if queue.isClosed { return .refuse }
            queue.pending.append(proposal)
            if queue.isDraining { return .wait }
            queue.isDraining = true
            return .drain
        }
        switch next {
        case .wait: break
        case .drain: thread.submit { [self] in drain() }
        case .refuse: proposal(JournalTransaction(refusing: StoreError.closed))(StoreError.closed)
        }
    }

    /// Writes what is pending, batch after batch, until nothing is. On the journal's thread.
    private func drain() {
        while true {
            let proposals = queue.withLock { queue in
                let pending = queue.pending
                queue.pending = []
                if pending.isEmpty { queue.isDraining = false }
                return pending
            }
            if proposals.isEmpty { return }
            write(proposals)
        }
    }

    private func write(_ proposals: [Proposal]) {
        let start = ContinuousClock.now
        let transaction = JournalTransaction(batch: batch, rooms: rooms, now: clock.now)
        var completions: [Completion] = []
        completions.reserveCapacity(proposals.count)
        do {
            try batch.writer.begin()
            for proposal in proposals { completions.append(proposal(transaction)) }
            try transaction.commit()
        } catch {
            batch.writer.rollback()
            counters.withLock { $0.failedBatches += 1 }
            for completion in completions { completion(error) }
            // Those which had no turn learn it the same way.
            for proposal in proposals.dropFirst(completions.count) {
                proposal(JournalTransaction(refusing: error))(error)
            }
            return
        }
        let committed = ContinuousClock.now
        publish(transaction, proposals: proposals.count)
        for completion in completions { completion(nil) }
        metrics?.proposals.record(Double(proposals.count))
        metrics?.duration.record(committed - start)
    }

    private func publish(_ transaction: JournalTransaction, proposals: Int) {
        let changes = transaction.changes
        log.append(changes)
        for (id, room) in transaction.changedRooms { rooms.publish(id, at: transaction.position, room) }
        for (user, changed) in transaction.changedMemberships {
            memberships.publish(user, at: transaction.position) { memberships in
                for (room, membership) in changed { memberships[room] = membership }
            }
        }
        let publication = Publication(
            position: transaction.position, changes: changes, rooms: transaction.changedRooms)
        let observers = changes.isEmpty ? [] : observers.withLock { $0 }
        for observer in observers { observer.prepare(for: publication) }
        published.store(transaction.position, ordering: .sequentiallyConsistent)
        counters.withLock { counters in
            counters.batches += 1
            counters.proposals += Int64(proposals)
            counters.changes += Int64(changes.count)
        }
        for observer in observers { observer.published(publication) }
    }

    /// Refuses new proposals and returns when those accepted before are written.
    package func close() async {
        queue.withLock { $0.isClosed = true }
        // The journal has one thread: this runs after the drain that may be under way.
        _ = try? await thread.run {}
        // They hold the journal as well.
        observers.withLock { $0 = [] }
    }

    // MARK: Reading

    /// The room as it is now; nil when there is none.
    package func room(_ id: RoomID) async throws -> RoomSnapshot? {
        if let room = rooms.value(id) { return room }
        return try await store.read { [self] reader in try room(id, reader) }
    }

    /// The rooms of a member, with every membership that was not forgotten.
    package func memberships(of user: UserID) async throws -> [RoomID: RoomMembership] {
        if let known = memberships.value(user) { return known }
        return try await store.read { [self] reader in try memberships(of: user, reader) }
    }

    /// The same, on a reader's thread.
    package func memberships(of user: UserID, _ reader: any StoreReader) throws -> [RoomID: RoomMembership] {
        try memberships.value(user, asOf: reader.lastPosition()) { try RoomMembership.all(of: user, reader) } ?? [:]
    }

    /// The rooms of a member whom a client names, and may have made up: one who has none is not kept in memory.
    package func memberships(ofNamed user: UserID) async throws -> [RoomID: RoomMembership] {
        if let known = memberships.value(user) { return known }
        return try await store.read { [self] reader in
            try memberships.value(user, asOf: reader.lastPosition()) {
                let all = try RoomMembership.all(of: user, reader)
                return all.isEmpty ? nil : all
            } ?? [:]
        }
    }

    /// The room as it is now, on a reader's thread.
    package func room(_ id: RoomID, _ reader: any StoreReader) throws -> RoomSnapshot? {
        try rooms.value(id, asOf: reader.lastPosition()) { try reader.snapshot(of: id) }
    }
}

/// What the journal's thread owns. Used on that thread only.
final class Batch: @unchecked Sendable {
    let writer: any StoreWriter
    var position: Int64
    init(writer: any StoreWriter, position: Int64) {
        self.writer = writer
        self.position = position
    }
}
