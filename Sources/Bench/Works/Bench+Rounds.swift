/// What a round of clients in a closed loop came to.
struct RoundFigures: Sendable {
    /// Microseconds of the server's processes for each answer.
    var cpu: Double
    var perSecond: Double
    var p50: Double
    var p99: Double
}

extension Array where Element == RoundFigures {
    /// The median of each figure.
    var median: RoundFigures {
        RoundFigures(
            cpu: map(\.cpu).median, perSecond: map(\.perSecond).median, p50: map(\.p50).median, p99: map(\.p99).median)
    }
}

extension Bench {
    /// Has `clients` clients ask in a closed loop for one round.
    /// - Parameters:
    ///   - duration: nil for an ordinary round.
    ///   - cpu: the server's processor time so far, in microseconds.
    func closedLoop(
        port: UInt16, clients: Int, duration: Duration? = nil, cpu: () -> Double,
        makeRequest: @escaping ClosedLoop.MakeRequest
    ) async throws -> RoundFigures {
        let load = try ClosedLoop(context, port: port, clients: clients, makeRequest: makeRequest)
        load.start()
        await context.sleep(warmUp)
        _ = load.take()
        let cpuBefore = cpu()
        let start = SystemCall.now()
        await context.sleep(duration ?? round)
        let window = load.take()
        let seconds = Double(SystemCall.now() - start) / 1e9
        let cpuUsed = cpu() - cpuBefore
        try await load.stop()
        guard window.answers > 0 else { throw BenchError("no answer within a round") }
        return RoundFigures(
            cpu: cpuUsed / Double(window.answers), perSecond: Double(window.answers) / seconds,
            p50: Double(window.latencies.quantile(0.5)), p99: Double(window.latencies.quantile(0.99)))
    }
}
