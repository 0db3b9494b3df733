import JSON

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

    /// Waits until the words of all messages are in the index, which is filled behind the sends.
    /// - Parameter member: no guest; in the room.
    func waitForIndex(of mado: MadoServer, _ room: String, _ member: Member) async throws {
        let client = try SetupClient(context, port: mado.port)
        let last = Int.random(in: 900_000_000..<1_000_000_000)
        let messages = MessageRequests(room: room, token: member.token, name: "last-")
        _ = try await client.exchange(messages.request(last)).json()
        let search = MessageRequests.search("\(last)", order: "recent", token: member.token)
        for _ in 0..<2400 {
            let found = try await client.exchange(search).json()["search_categories"]?["room_events"]?["count"]?.int
            if found == 1 { return }
            await context.sleep(.milliseconds(250))
        }
        throw BenchError("the words of the last message are not in the index after minutes")
    }
}
