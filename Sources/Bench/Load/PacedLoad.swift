import EventLoop

/// Requests at a steady rate, over as many connections as it has; when none is free they wait, and their latency
/// counts from when they were meant to start. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class PacedLoad: @unchecked Sendable {
    /// The next request, by the number of those before it and the time that it was meant to start.
    typealias MakeRequest = (_ sequence: Int, _ intended: UInt64) -> [UInt8]

    private let makeRequest: MakeRequest
    private var connections: [ClientConnection] = []
    private var intended: [UInt64]
    private var free: [Int]
    private var waiting: [UInt64] = []
    private var sequence = 0
    private var ticker: Ticker?
    private let stopped = LoopWaiter()
    private(set) var latencies = LatencyHistogram()
    private(set) var failure: String?

    init(
        _ context: LoadContext, port: UInt16, connections count: Int, perSecond rate: Double,
        makeRequest: @escaping MakeRequest
    ) throws {
        self.makeRequest = makeRequest
        intended = Array(repeating: 0, count: count)
        free = Array(0..<count)
        for client in 0..<count {
            let connection = try context.connect(port)
            connection.onAnswer = { [unowned self] status, _ in answered(client, status) }
            connection.onFailure = { [unowned self] reason in failed(reason) }
            connections.append(connection)
        }
        ticker = try Ticker(context.loop, perSecond: rate) { [unowned self] intended in
            waiting.append(intended)
            sendNext()
        }
    }

    /// Makes no more requests, and waits for the answers that are due.
    /// - Throws: `BenchError` when a connection failed or a request was refused.
    func stop() async throws {
        ticker?.stop()
        ticker = nil
        await stopped.wait { failure != nil || free.count == connections.count }
        for connection in connections { connection.close() }
        if let failure { throw BenchError(failure) }
    }

    private func sendNext() {
        guard !waiting.isEmpty, let client = free.popLast() else { return }
        sequence += 1
        intended[client] = waiting.removeFirst()
        connections[client].send(makeRequest(sequence, intended[client]))
    }

    private func failed(_ reason: String) {
        failure = failure ?? reason
        stopped.resume()
    }

    private func answered(_ client: Int, _ status: Int) {
        latencies.record(SystemCall.now() - intended[client])
        if status != 200 { failure = failure ?? "an answer with status \(status)" }
        free.append(client)
        if ticker != nil || !waiting.isEmpty {
            sendNext()
        }
        if ticker == nil, free.count == connections.count {
            stopped.resume()
        }
    }
}
