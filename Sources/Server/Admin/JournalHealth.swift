import Synchronization

/// Tells from the journal's counters whether writes reach the disk: they do not when batches fail and none succeeds.
///
/// A server that failed counts as failing until a write succeeds again.
package final class JournalHealth: Sendable {
    private struct Seen {
        var batches: Int64 = 0
        var failed: Int64 = 0
        var isFailing = false
        var isStopping = false
    }

    private let read: @Sendable () -> Journal.Statistics
    private let seen = Mutex(Seen())

    /// - Parameter read: the journal's counters now.
    package init(_ read: @escaping @Sendable () -> Journal.Statistics) { self.read = read }

    /// From now on the server says that it stops.
    package func stop() { seen.withLock { $0.isStopping = true } }

    package var state: Health.State {
        let now = read()
        return seen.withLock { seen in
            if now.batches > seen.batches {
                seen.isFailing = false
            } else if now.failedBatches > seen.failed {
                seen.isFailing = true
            }
            seen.batches = now.batches
            seen.failed = now.failedBatches
            if seen.isStopping { return .stopping }
            return seen.isFailing ? .failing(reason: "writes fail") : .working
        }
    }
}
