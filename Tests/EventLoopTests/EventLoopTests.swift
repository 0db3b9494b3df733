import EventLoop
import Synchronization
import Testing

/// Tests own their group and end it, so that no thread outlives a test.
func withGroup<T>(
    count: Int = 1, clock: LoopClock = .system, _ body: (EventLoopGroup) async throws -> T
) async throws -> T {
    let group = try EventLoopGroup(count: count, clock: clock)
    do {
        let result = try await body(group)
        group.shutdown()
        return result
    } catch {
        group.shutdown()
        throw error
    }
}

struct EventLoopTests {
    @Test func workRunsOnTheLoopInOrder() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let seen = Mutex<[Int]>([])
            for number in 0..<1000 {
                loop.execute { seen.withLock { $0.append(number) } }
            }
            let here = await withCheckedContinuation { continuation in
                loop.execute { continuation.resume(returning: loop.isCurrent && EventLoop.current === loop) }
            }
            #expect(here)
            #expect(EventLoop.current == nil)
            #expect(seen.withLock { $0 } == Array(0..<1000))
        }
    }

    @Test func workFromTheLoopRunsAfterTheCurrentPiece() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let order = Mutex<[String]>([])
            await withCheckedContinuation { continuation in
                loop.execute {
                    loop.execute {
                        order.withLock { $0.append("inner") }
                        continuation.resume()
                    }
                    order.withLock { $0.append("outer") }
                }
            }
            #expect(order.withLock { $0 } == ["outer", "inner"])
        }
    }

    @Test func aTaskPreferringALoopStaysOnIt() async throws {
        try await withGroup(count: 2) { group in
            for loop in group.loops {
                let stayed = await Task(executorPreference: loop) {
                    var stayed = loop.isCurrent
                    await Task.yield()
                    stayed = stayed && loop.isCurrent
                    return stayed
                }.value
                #expect(stayed)
            }
        }
    }

    /// What a task calls and what does not wait is done with it, before all that was put in meanwhile.
    @Test func asynchronousCallsDoNotStandInLine() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let order = Mutex<[String]>([])
            await Task(executorPreference: loop) {
                loop.execute { order.withLock { $0.append("other work") } }
                for _ in 0..<3 { await add("call", to: order) }
                await withUnsafeContinuation { $0.resume() }
                order.withLock { $0.append("task") }
            }.value
            await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
            #expect(order.withLock { $0 } == ["call", "call", "call", "task", "other work"])
        }
    }

    /// Jobs that put in new jobs for ever do not keep a descriptor from being served.
    @Test func workDoesNotStarveDescriptors() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let ends = try SocketPair()
            let flag = Flag()
            loop.execute { spin(loop, flag) }
            await withCheckedContinuation { continuation in
                loop.execute {
                    let reader = Reader(once: { continuation.resume() })
                    reader.registration = try? loop.register(
                        descriptor: ends.left, interest: [.read], handler: reader)
                    ends.writeRight([1])
                }
            }
            flag.value.store(false, ordering: .relaxed)
        }
    }

    @Test func manyThreadsHandInWorkAndNoneIsLost() async throws {
        try await withGroup(count: 2) { group in
            let total = Counter()
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask {
                        for number in 0..<2000 {
                            await withUnsafeContinuation { continuation in
                                group.loops[number & 1].execute {
                                    _ = total.value.wrappingAdd(1, ordering: .relaxed)
                                    continuation.resume()
                                }
                            }
                        }
                    }
                }
            }
            #expect(total.value.load(ordering: .relaxed) == 16000)
        }
    }

    @Test func nextGoesRound() async throws {
        try await withGroup(count: 3) { group in
            #expect((0..<6).map { _ in group.next().index } == [0, 1, 2, 0, 1, 2])
        }
    }

    @Test func shutdownDoesWhatWasHandedIn() async throws {
        let group = try EventLoopGroup(count: 1)
        let count = Counter()
        for _ in 0..<100 {
            group.loops[0].execute { _ = count.value.wrappingAdd(1, ordering: .relaxed) }
        }
        group.shutdown()
        #expect(count.value.load(ordering: .relaxed) == 100)
    }

    @Test func turnEndComesOnceAfterTheWorkOfTheTurn() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let order = Mutex<[String]>([])
            let end = TurnEnd { order.withLock { $0.append("end") } }
            loop.execute {
                loop.atTurnEnd(end)
                order.withLock { $0.append("first") }
            }
            loop.execute { order.withLock { $0.append("second") } }
            // What asks the loop after the work of a turn is answered in that turn or in a later one.
            while !order.withLock({ $0.contains("end") }) {
                await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
            }
            for _ in 1...3 {
                await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
            }
            #expect(order.withLock { $0.filter { $0 == "end" }.count } == 1)
            #expect(order.withLock { $0.first } == "first")
        }
    }
}

private func add(_ entry: String, to list: borrowing Mutex<[String]>) async {
    list.withLock { $0.append(entry) }
}

final class Flag: Sendable {
    let value = Atomic<Bool>(true)
}

private func spin(_ loop: EventLoop, _ flag: Flag) {
    guard flag.value.load(ordering: .relaxed) else { return }
    loop.execute { spin(loop, flag) }
}

final class TurnEnd: TurnEndHandler, Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func turnEnded() { body() }
}
