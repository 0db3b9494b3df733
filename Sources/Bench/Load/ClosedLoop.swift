import EventLoop

/// Clients that each send their next request as soon as the answer to the last is there. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class ClosedLoop: @unchecked Sendable {
    /// What happened since the last reading.
    struct Window: Sendable {
        var answers = 0
        var refused = 0
        var latencies = LatencyHistogram()
    }

    /// The next request of a client, by the client's index and the number of requests made so far by all.
    typealias MakeRequest = (_ client: Int, _ sequence: Int) -> [UInt8]

    private let makeRequest: MakeRequest
    private var connections: [ClientConnection] = []
    private var starts: [UInt64]
    private var sequence = 0
    private var window = Window()
    private var isStopping = false
    private var outstanding = 0
    private var failure: String?
    private let stopped = LoopWaiter()

    /// Connects `clients` clients.
    init(_ context: LoadContext, port: UInt16, clients: Int, makeRequest: @escaping MakeRequest) throws {
        self.makeRequest = makeRequest
        starts = Array(repeating: 0, count: clients)
        for client in 0..<clients {
            let connection = try context.connect(port)
            connection.onAnswer = { [unowned self] status, _ in answered(client, status) }
            connection.onFailure = { [unowned self] reason in failed(reason) }
            connections.append(connection)
        }
    }

    func start() {
        for client in connections.indices { send(client) }
    }

    /// What happened since the last call.
    func take() -> Window {
        let taken = window
        window = Window()
        return taken
    }

    /// Lets the answers that are due arrive, and closes the connections.
    /// - Throws: `BenchError` when a connection failed or answers were refusals.
    func stop() async throws {
        isStopping = true
        await stopped.wait { outstanding == 0 }
        for connection in connections { connection.close() }
        if let failure { throw BenchError(failure) }
    }

    private func send(_ client: Int) {
        sequence += 1
        outstanding += 1
        starts[client] = SystemCall.now()
        connections[client].send(makeRequest(client, sequence))
    }

    private func answered(_ client: Int, _ status: Int) {
        outstanding -= 1
        window.latencies.record(SystemCall.now() - starts[client])
        window.answers += 1
        if status != 200 {
            window.refused += 1
            failure = failure ?? "an answer with status \(status)"
        }
        if !isStopping {
            send(client)
        } else if outstanding == 0 {
            stopped.resume()
        }
    }

    private func failed(_ reason: String) {
        failure = failure ?? reason
        outstanding -= 1
        if isStopping, outstanding == 0 {
            stopped.resume()
        }
    }
}
