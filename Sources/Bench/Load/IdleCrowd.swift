import EventLoop

/// Clients that are connected and wait. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class IdleCrowd: @unchecked Sendable {
    /// What a client asks when it got an answer; nil when it is content with having a connection.
    typealias Next = (_ client: Int, _ body: UnsafeRawBufferPointer) -> [UInt8]?

    private let context: LoadContext
    private let port: UInt16
    private let tls: TLSClient?
    private let next: Next
    private var connections: [ClientConnection] = []
    private var lastAnswer: UInt64 = 0
    private(set) var answers = 0
    private var failure: String?

    init(_ context: LoadContext, port: UInt16, tls: TLSClient?, next: @escaping Next) {
        self.context = context
        self.port = port
        self.tls = tls
        self.next = next
    }

    /// Connects a client for each request, not too many at once, and returns when there have been no more answers for
    /// `quiet`.
    func connect(_ requests: [[UInt8]], quiet: Duration) async throws {
        for (client, request) in requests.enumerated() {
            let connection = try context.connect(port, tls: tls)
            // Something may still come to a connection that was closed.
            connection.onFailure = { [weak self] reason in self?.fail(reason) }
            connection.onAnswer = { [weak self, weak connection] status, body in
                guard let self, let connection else { return }
                answers += 1
                lastAnswer = SystemCall.now()
                if status != 200 { fail("an answer with status \(status)") }
                if let request = next(client, body) { connection.send(request) }
            }
            connection.send(request)
            connections.append(connection)
            if client % 20 == 19 { await context.sleep(.milliseconds(25)) }
        }
        try await settle(quiet)
    }

    func close() {
        for connection in connections { connection.close() }
        connections = []
    }

    private func fail(_ reason: String) { failure = failure ?? reason }

    private func settle(_ quiet: Duration) async throws {
        lastAnswer = SystemCall.now()
        let nanoseconds = UInt64(quiet / .nanoseconds(1))
        for _ in 0..<600 {
            await context.sleep(.milliseconds(100))
            if let failure { throw BenchError(failure) }
            if connections.allSatisfy(\.isEstablished), SystemCall.now() - lastAnswer >= nanoseconds { return }
        }
        throw BenchError("the waiting clients do not come to rest")
    }
}
