import EventLoop
import Glibc
import Synchronization
import Testing

struct BlockingPoolTests {
    struct Refused: Error {}

    @Test func theResultComesBack() async throws {
        let pool = BlockingPool(threads: 2, name: "pool")
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: Refused.self) { try await pool.run { throw Refused() } }
    }

    @Test func workInTheBackgroundComesAfterOthers() async throws {
        let priority = { @Sendable () -> Int32 in getpriority(__priority_which_t(0), 0) }
        let usual = try await BlockingPool(threads: 1, name: "usual").run(priority)
        let background = try await BlockingPool(threads: 1, name: "background", urgency: .background).run(priority)
        #expect(background == min(19, usual + 10))
    }

    @Test func theCallerContinuesOnItsLoop() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let pool = BlockingPool(threads: 1, name: "pool")
            let places = try await Task(executorPreference: loop) {
                let inside = try await pool.run { EventLoop.current == nil }
                return (inside, loop.isCurrent)
            }.value
            #expect(places == (true, true))
        }
    }

    /// Each piece waits for the other, so both have to run at once.
    @Test func piecesRunAtTheSameTimeUpToTheLimit() async throws {
        let pool = BlockingPool(threads: 2, name: "pool")
        let arrived = Counter()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<2 {
                tasks.addTask {
                    try? await pool.run {
                        arrived.value.wrappingAdd(1, ordering: .acquiringAndReleasing)
                        while arrived.value.load(ordering: .acquiring) < 2 {}
                    }
                }
            }
        }
        #expect(arrived.value.load(ordering: .acquiring) == 2)
    }

    @Test func neverMoreThreadsThanTheLimit() async throws {
        let pool = BlockingPool(threads: 3, name: "pool")
        let running = Counter()
        let most = Recorder()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<200 {
                tasks.addTask {
                    try? await pool.run {
                        let now = running.value.wrappingAdd(1, ordering: .relaxed).newValue
                        most.add(now)
                        running.value.wrappingSubtract(1, ordering: .relaxed)
                    }
                }
            }
        }
        #expect(most.all.allSatisfy { $0 <= 3 })
        #expect(running.value.load(ordering: .relaxed) == 0)
    }

    /// Bulk work stands still until the prompt piece is done: without a thread for the latter this would not end.
    @Test func bulkWorkLeavesAThreadForTheRest() async throws {
        let pool = BlockingPool(threads: 2, name: "pool")
        let done = Counter()
        let order = Recorder()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 1...3 {
                tasks.addTask {
                    try await pool.run(isBulk: true) {
                        while done.value.load(ordering: .acquiring) == 0 {}
                        order.add(number)
                    }
                }
            }
            try await pool.run { done.value.store(1, ordering: .releasing) }
            try await tasks.waitForAll()
        }
        #expect(order.all.count == 3)
    }
}

final class Counter: Sendable {
    let value = Atomic<Int>(0)
}
