import Synchronization

/// What a server has done since its start. A sum over its loops, each read at its own moment.
package struct HTTPStatistics: Sendable, Equatable {
    /// Connections accepted, including those closed at once because of a limit.
    package var accepted = 0
    package var refused = 0
    package var open = 0
    package var handshakes = 0
    package var resumedHandshakes = 0
    package var failedHandshakes = 0
    package var requests = 0
    /// Requests refused by the protocol engine.
    package var malformed = 0
    /// Connections dropped because a deadline passed.
    package var timedOut = 0
    /// Connections dropped because of a flood.
    package var floods = 0
    package var bytesReceived = 0
    package var bytesSent = 0
}

/// The counters of one loop: written by it only, read by anybody.
struct HTTPCounters: ~Copyable {
    struct Counter: ~Copyable {
        private let value = Atomic<Int>(0)

        /// By the one writer: no locked instruction is needed.
        func add(_ amount: Int = 1) {
            value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
        }

        var count: Int { value.load(ordering: .relaxed) }
    }

    let accepted = Counter()
    let refused = Counter()
    let open = Counter()
    let handshakes = Counter()
    let resumedHandshakes = Counter()
    let failedHandshakes = Counter()
    let requests = Counter()
    let malformed = Counter()
    let timedOut = Counter()
    let floods = Counter()
    let bytesReceived = Counter()
    let bytesSent = Counter()

    borrowing func add(to sum: inout HTTPStatistics) {
        sum.accepted += accepted.count
        sum.refused += refused.count
        sum.open += open.count
        sum.handshakes += handshakes.count
        sum.resumedHandshakes += resumedHandshakes.count
        sum.failedHandshakes += failedHandshakes.count
        sum.requests += requests.count
        sum.malformed += malformed.count
        sum.timedOut += timedOut.count
        sum.floods += floods.count
        sum.bytesReceived += bytesReceived.count
        sum.bytesSent += bytesSent.count
    }
}
