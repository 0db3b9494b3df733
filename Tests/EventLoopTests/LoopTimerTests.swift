import EventLoop
import Synchronization
import TestSupport
import Testing

struct LoopTimerTests {
    @Test func timersFireInOrderAndNeverEarly() async throws {
        let clock = DrivenClock()
        try await withGroup(clock: .driven(clock)) { group in
            let loop = group.loops[0]
            let fired = Recorder()
            for seconds in [3, 1, 2, 5, 4] {
                loop.schedule(after: .seconds(seconds)) { fired.add(seconds) }
            }
            await clock.advance(by: .milliseconds(999))
            #expect(fired.all == [])
            await clock.advance(by: .milliseconds(1))
            #expect(fired.all == [1])
            await clock.advance(by: .seconds(3))
            #expect(fired.all == [1, 2, 3, 4])
            await clock.advance(by: .seconds(1))
            #expect(fired.all == [1, 2, 3, 4, 5])
        }
    }

    @Test func aCancelledTimerDoesNotFire() async throws {
        let clock = DrivenClock()
        try await withGroup(clock: .driven(clock)) { group in
            let loop = group.loops[0]
            let fired = Recorder()
            let timers = (0..<100).map { number in loop.schedule(after: .seconds(number)) { fired.add(number) } }
            for number in stride(from: 0, to: 100, by: 3) { timers[number].cancel() }
            await clock.advance(by: .seconds(200))
            // Those of 0 s may have fired before they were cancelled.
            #expect(fired.all.filter { $0 != 0 } == (1..<100).filter { $0 % 3 != 0 })
        }
    }

    @Test func aMovedTimerFiresAtItsLastDeadline() async throws {
        let clock = DrivenClock()
        try await withGroup(clock: .driven(clock)) { group in
            let loop = group.loops[0]
            let fired = Recorder()
            await withCheckedContinuation { continuation in
                loop.execute {
                    let later = loop.timer { fired.add(1) }
                    later.move(to: loop.now() + .seconds(1))
                    later.move(to: loop.now() + .seconds(10))
                    let sooner = loop.timer { fired.add(2) }
                    sooner.move(to: loop.now() + .seconds(10))
                    sooner.move(to: loop.now() + .seconds(2))
                    let never = loop.timer { fired.add(3) }
                    never.move(to: loop.now() + .seconds(1))
                    never.move(to: .distantFuture)
                    continuation.resume()
                }
            }
            await clock.advance(by: .seconds(5))
            #expect(fired.all == [2])
            await clock.advance(by: .seconds(4))
            #expect(fired.all == [2])
            await clock.advance(by: .seconds(1))
            #expect(fired.all == [2, 1])
        }
    }

    @Test func aTimerCanBeSetAgainFromItsOwnWork() async throws {
        let clock = DrivenClock()
        try await withGroup(clock: .driven(clock)) { group in
            let loop = group.loops[0]
            let fired = Recorder()
            await withCheckedContinuation { continuation in
                loop.execute {
                    var timer: LoopTimer?
                    timer = loop.timer {
                        fired.add(fired.all.count)
                        timer?.move(to: loop.now() + .seconds(1))
                    }
                    timer?.move(to: loop.now() + .seconds(1))
                    continuation.resume()
                }
            }
            for _ in 0..<3 { await clock.advance(by: .seconds(1)) }
            #expect(fired.all == [0, 1, 2])
        }
    }

    @Test func theSystemClockWakesALoop() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let start = loop.now()
            await withCheckedContinuation { continuation in
                _ = loop.schedule(after: .milliseconds(5)) { continuation.resume() }
            }
            #expect(loop.now() - start >= .milliseconds(5))
        }
    }

    /// A random sequence of sets, moves and cancels against a plain list.
    @Test func theQueueAgreesWithAList() async throws {
        let clock = DrivenClock()
        try await withGroup(clock: .driven(clock)) { group in
            let loop = group.loops[0]
            let fired = Recorder()
            var random = SeededGenerator(seed: 7)
            let plan: [(Int, Int, Int)] = (0..<2000).map { _ in
                (
                    Int.random(in: 0..<50, using: &random), Int.random(in: 0..<4, using: &random),
                    Int.random(in: 1...1000, using: &random)
                )
            }
            let expected = await withCheckedContinuation { continuation in
                loop.execute {
                    let start = loop.now()
                    let timers = (0..<50).map { number in loop.timer { fired.add(number) } }
                    var due: [Int: Int] = [:]
                    for (timer, action, seconds) in plan {
                        if action == 0 {
                            timers[timer].move(to: .distantFuture)
                            due[timer] = nil
                        } else {
                            timers[timer].move(to: start + .seconds(seconds))
                            due[timer] = seconds
                        }
                    }
                    continuation.resume(returning: due)
                }
            }
            var seen: [Int: Int] = [:]
            for second in 1...1000 {
                await clock.advance(by: .seconds(1))
                for number in fired.take() { seen[number] = second }
            }
            #expect(seen == expected)
        }
    }
}

final class Recorder: Sendable {
    private let values = Mutex<[Int]>([])

    func add(_ value: Int) { values.withLock { $0.append(value) } }

    var all: [Int] { values.withLock { $0 } }

    func take() -> [Int] {
        values.withLock { values in
            defer { values = [] }
            return values
        }
    }
}
