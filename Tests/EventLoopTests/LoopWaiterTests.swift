import EventLoop
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct LoopWaiterTests {
    @Test func whatHasHappenedIsNotWaitedFor() async throws {
        try await withGroup { group in
            await Task(executorPreference: group.loops[0]) {
                let waiter = LoopWaiter()
                // Nobody waits yet.
                waiter.resume()
                await waiter.wait { true }
            }.value
        }
    }

    @Test func whoWaitsGoesOnOnceForEachTime() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let order = Mutex<[Int]>([])
            let waiter = LoopWaiter()
            await Task(executorPreference: loop) {
                for number in 0..<100 {
                    loop.execute {
                        order.withLock { $0.append(number) }
                        waiter.resume()
                        waiter.resume()
                    }
                    await waiter.wait { order.withLock { $0.count } > number }
                    #expect(order.withLock { $0.count } == number + 1)
                }
            }.value
            #expect(order.withLock { $0 } == Array(0..<100))
        }
    }
}
