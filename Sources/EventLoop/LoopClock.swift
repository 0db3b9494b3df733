import Glibc

/// What a loop takes the time from.
package enum LoopClock: Sendable {
    /// CLOCK_MONOTONIC.
    case system
    /// A clock that stands still until it is told to go on, for tests of deadlines.
    case driven(DrivenClock)

    package func now() -> MonotonicTime {
        switch self {
        case .system:
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return MonotonicTime(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
        case .driven(let clock):
            return clock.now()
        }
    }
}
