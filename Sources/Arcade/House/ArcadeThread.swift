import EventLoop
import Server
import StoreSQLite
import Synchronization

/// The one writer: proposals run one after the other on its thread, all that are pending in one transaction, and are
/// answered when that is on the disk; then what follows from them is done.
///
/// When a transaction fails, everything is read again from the disk, so that nothing is known that was not kept.
final class ArcadeThread: Sendable {
    private typealias Completion = (_ failure: (any Error)?) -> Void
    private typealias Proposal = @Sendable (House) -> Completion

    private struct Queue {
        var pending: [Proposal] = []
        var isDraining = false
    }

    /// `@unchecked Sendable`: used on the thread only.
    private final class Seat: @unchecked Sendable {
        var house: House
        init(_ house: House) { self.house = house }
    }

    private let database: ArcadeDatabase
    private let seat: Seat
    private let thread = BlockingPool(threads: 1, name: "arcade")
    private let queue = Mutex(Queue())
    private let clock: WallClock
    /// Called on the thread, in order.
    private let carryOut: @Sendable ([Effect]) -> Void
    /// When time alone changes something next; called on the thread.
    private let plan: @Sendable (Int64?) -> Void

    /// - Throws: `StoreError`.
    init(
        _ database: ArcadeDatabase, clock: WallClock, carryOut: @escaping @Sendable ([Effect]) -> Void,
        plan: @escaping @Sendable (Int64?) -> Void
    ) throws {
        self.database = database
        self.clock = clock
        self.carryOut = carryOut
        self.plan = plan
        seat = Seat(try House(database))
    }

    /// Runs `body` and returns its result when that is durable.
    /// - Throws: what `body` throws; `StoreError` when it could not be written.
    func perform<T: Sendable>(_ body: @escaping @Sendable (House, Int64) throws -> T) async throws -> T {
        try await withUnsafeThrowingContinuation { continuation in
            enqueue { [clock] house in
                let result = Result { try body(house, clock.now) }
                return { failure in
                    if let failure { continuation.resume(throwing: failure) } else { continuation.resume(with: result) }
                }
            }
        }
    }

    private func enqueue(_ proposal: @escaping Proposal) {
        let mustDrain = queue.withLock { queue in
            queue.pending.append(proposal)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        if mustDrain { thread.submit { [self] in drain() } }
    }

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
        var completions: [Completion] = []
        do {
            try database.begin()
            for proposal in proposals { completions.append(proposal(seat.house)) }
            try database.commit()
        } catch {
            database.rollback()
            // Those which had no turn learn it the same way.
            for proposal in proposals.dropFirst(completions.count) { completions.append(proposal(seat.house)) }
            for completion in completions { completion(error) }
            // What cannot be read now is read with the next batch; until then nothing is promised.
            if let house = try? House(database) { seat.house = house }
            return
        }
        carryOut(seat.house.takeEffects(now: clock.now))
        plan(seat.house.deadlines.values.min())
        for completion in completions { completion(nil) }
    }

    /// Returns when everything that was proposed before is written.
    func close() async { _ = try? await perform { _, _ in } }
}
