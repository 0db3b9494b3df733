import Synchronization

@testable import Server

/// The time of day of a test: stands still until it is told to go on.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    var now: Int64 { milliseconds.withLock { $0 } }
    var clock: WallClock { WallClock { self.now } }

    func set(to milliseconds: Int64) { self.milliseconds.withLock { $0 = milliseconds } }

    func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        milliseconds.withLock { $0 += seconds * 1000 + attoseconds / 1_000_000_000_000_000 }
    }
}
