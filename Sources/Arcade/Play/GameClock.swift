import JSON

/// Time for thinking: some at the beginning and a little with each move (Fischer's clock). All in milliseconds.
package struct GameClock: Sendable {
    package private(set) var remaining: [Int64]
    private let increment: Int64
    /// Whose time runs, since when.
    package private(set) var running: Int?
    package private(set) var since: Int64 = 0

    /// - Parameter options: `clock_ms` and `increment_ms`; without the former there is no clock (nil).
    /// - Throws: `GameError.options`.
    init?(options: JSONValue, seats: Int) throws(GameError) {
        guard let initial = options["clock_ms"]?.int else { return nil }
        increment = options["increment_ms"]?.int ?? 0
        guard (10_000...86_400_000).contains(initial), (0...600_000).contains(increment) else {
            throw .options("clock_ms")
        }
        remaining = [Int64](repeating: initial, count: seats)
    }

    /// When the time that runs is over.
    package var deadline: Int64? { running.map { since + remaining[$0] } }

    mutating func start(_ seat: Int, at time: Int64) {
        stop(at: time)
        (running, since) = (seat, time)
    }

    mutating func stop(at time: Int64) {
        if let running { remaining[running] = max(0, remaining[running] - max(0, time - since)) }
        running = nil
    }

    /// - Parameter seat: who moved; only whose time runs gets the increment for it.
    mutating func moved(_ seat: Int, next: Int?, at time: Int64) {
        let wasRunning = running == seat
        stop(at: time)
        if wasRunning { remaining[seat] += increment }
        if let next { start(next, at: time) }
    }
}
