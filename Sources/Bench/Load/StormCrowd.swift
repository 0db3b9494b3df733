import EventLoop

/// Clients that all connect at once; each one's first answer counts. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class StormCrowd: @unchecked Sendable {
    private let context: LoadContext
    private var connections: [ClientConnection] = []
    private var answered = 0
    private var failure: String?
    private var complete: CheckedContinuation<Void, Never>?

    init(_ context: LoadContext) {
        self.context = context
    }

    /// Returns when every client has an answer.
    func connect(_ requests: [[UInt8]], port: UInt16, tls: TLSClient) async throws {
        for request in requests {
            let connection = try context.connect(port, tls: tls)
            connection.onFailure = { [unowned self] reason in fail(reason) }
            connection.onAnswer = { [unowned self] status, _ in
                if status != 200 { fail("an answer with status \(status)") }
                answered += 1
                if answered == requests.count { resume() }
            }
            connection.send(request)
            connections.append(connection)
        }
        let timer = context.loop.schedule(after: .seconds(120)) { [weak self] in self?.fail("two minutes are over") }
        if answered < requests.count, failure == nil { await withCheckedContinuation { complete = $0 } }
        timer.cancel()
        if let failure { throw BenchError("\(failure); \(answered) of \(requests.count) were answered") }
    }

    func close() {
        for connection in connections { connection.close() }
        connections = []
    }

    private func fail(_ reason: String) {
        failure = failure ?? reason
        resume()
    }

    private func resume() {
        complete?.resume()
        complete = nil
    }
}
