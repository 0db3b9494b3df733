import EventLoop

/// Clients that wait for messages, all on one channel or in one room, or that all come at once. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class Subscribers: @unchecked Sendable {
    /// What a client asks when a poll of it was answered; nil when answers end there.
    typealias Next = (_ client: Int, _ body: UnsafeRawBufferPointer) -> [UInt8]?

    /// When a message had reached how many.
    struct Delivery: Sendable {
        /// Since the message was sent, in nanoseconds.
        var latencies = LatencyHistogram()
        var count = 0
    }

    private let context: LoadContext
    private let next: Next
    private var answers = 0
    private var expectedAnswers = Int.max
    private var connections: [ClientConnection] = []
    private var failure: String?
    private var start: UInt64 = 0
    private var delivery = Delivery()
    /// Messages that arrived since the last delivery began.
    var received: Int { delivery.count }
    private let complete = LoopWaiter()

    init(_ context: LoadContext, next: @escaping Next) {
        self.context = context
        self.next = next
    }

    /// Connects one for each request and returns when all have sent theirs and nothing has arrived for a while.
    func connect(_ requests: [[UInt8]], port: UInt16, tls: TLSClient? = nil) async throws {
        for (client, request) in requests.enumerated() {
            try add(client, request, port, tls)
            if client % 50 == 49 { await context.sleep(.milliseconds(20)) }
        }
        for _ in 0..<600 where !connections.allSatisfy(\.isEstablished) { await context.sleep(.milliseconds(100)) }
        await context.sleep(.milliseconds(1500))
        if let failure { throw BenchError(failure) }
    }

    /// Connects all at once and returns when each has its first answer.
    func storm(_ requests: [[UInt8]], port: UInt16, tls: TLSClient) async throws {
        expectedAnswers = requests.count
        for (client, request) in requests.enumerated() { try add(client, request, port, tls) }
        await wait(.seconds(120)) { answers >= expectedAnswers }
        if let failure { throw BenchError("\(failure); \(answers) of \(requests.count) were answered") }
    }

    private func add(_ client: Int, _ request: [UInt8], _ port: UInt16, _ tls: TLSClient?) throws {
        let connection = try context.connect(port, tls: tls)
        connection.onFailure = { [weak self] reason in self?.fail(reason) }
        connection.onPart = { [weak self] part in self?.take(part) }
        // Something may still come to somebody who has just given up.
        connection.onAnswer = { [weak self, weak connection] status, body in
            guard let self, let connection else { return }
            guard status == 200 else { return fail("an answer with status \(status)") }
            answers += 1
            if answers == expectedAnswers { complete.resume() }
            take(body)
            if let request = next(client, body) { connection.send(request) }
        }
        connection.send(request)
        connections.append(connection)
    }

    /// Waits until something resumes, unless it has already happened.
    private func wait(_ limit: Duration, for isOver: () -> Bool) async {
        let timer = context.loop.schedule(after: limit) { [weak self] in self?.fail("not within \(limit)") }
        await complete.wait { isOver() || failure != nil }
        timer.cancel()
    }

    /// Has a message sent, and waits until all have it.
    func deliver(_ send: () async throws -> Void) async throws -> Delivery {
        delivery = Delivery()
        start = SystemCall.now()
        try await send()
        await wait(.seconds(60)) { delivery.count >= connections.count }
        if let failure { throw BenchError("\(failure); \(delivery.count) of \(connections.count) have the message") }
        return delivery
    }

    func close() {
        for connection in connections { connection.close() }
        connections = []
    }

    private func take(_ text: UnsafeRawBufferPointer) {
        MessageRequests.forEachSequence(in: text) { _ in
            delivery.count += 1
            delivery.latencies.record(SystemCall.now() - start)
        }
        if start > 0, delivery.count >= connections.count { complete.resume() }
    }

    private func fail(_ reason: String) {
        failure = failure ?? reason
        complete.resume()
    }
}
