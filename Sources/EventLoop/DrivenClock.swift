import Synchronization

/// A clock that moves only by `advance`. Any thread.
package final class DrivenClock: Sendable {
    private let nanoseconds = Atomic<UInt64>(1_000_000_000)
    private let loops = Mutex<[EventLoop]>([])

    package init() {}

    package func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds.load(ordering: .acquiring))
    }

    /// Moves the clock and returns once every loop on it has run the timers that became due. What was handed to a loop
    /// before the call is done before the clock moves, so that a timer cancelled elsewhere stays cancelled.
    package func advance(by duration: Duration) async {
        for loop in loops.withLock({ $0 }) {
            await withUnsafeContinuation { continuation in loop.execute { continuation.resume() } }
        }
        nanoseconds.wrappingAdd(duration.wholeNanoseconds, ordering: .acquiringAndReleasing)
        for loop in loops.withLock({ $0 }) {
            await withUnsafeContinuation { continuation in
                loop.execute {
                    loop.runDueTimers()
                    continuation.resume()
                }
            }
        }
    }

    func attach(_ loop: EventLoop) {
        loops.withLock { $0.append(loop) }
    }

    func detach(_ loop: EventLoop) {
        loops.withLock { $0.removeAll { $0 === loop } }
    }
}
