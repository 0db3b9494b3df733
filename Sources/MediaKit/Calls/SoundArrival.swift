internal import Glibc
internal import Synchronization

/// The packets of sound of one person, over all connections to them that follow one another: how many, and how long it was
/// silent between two of them. Any thread.
package final class SoundArrival: Sendable {
    /// Milliseconds of a clock that only runs forward; 0 before the first one.
    private let last = Atomic<Int>(0)
    private let longest = Atomic<Int>(0)
    package let packets = ArrivalCount()

    package init() {}

    package var count: Int { packets.value }

    /// The longest time between two packets, in milliseconds.
    package var longestSilence: Int { longest.load(ordering: .relaxed) }

    /// What comes next is not late: somebody holds the call.
    package func rest() { last.store(0, ordering: .relaxed) }

    func take() { take(at: Self.now) }

    /// - Parameter now: milliseconds, more than 0.
    func take(at now: Int) {
        let before = last.exchange(now, ordering: .relaxed)
        if before > 0 { longest.max(now - before, ordering: .relaxed) }
        packets.add()
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
