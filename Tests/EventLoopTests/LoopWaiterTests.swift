import EventLoop
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
            let steps = CountedSteps()
            await Task(executorPreference: loop) {
                for number in 0..<100 {
                    loop.execute { steps.count() }
                    await steps.waiter.wait { steps.value > number }
                    #expect(steps.value == number + 1)
                }
            }.value
        }
    }
}

/// `@unchecked Sendable`: confined to the loop.
private final class CountedSteps: @unchecked Sendable {
    let waiter = LoopWaiter()
    private(set) var value = 0

    func count() {
        value += 1
        waiter.resume()
        waiter.resume()
    }
}
