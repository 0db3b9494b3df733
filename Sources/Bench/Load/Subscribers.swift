import EventLoop

/// Clients that wait for messages, all on one channel or in one room. Confined to the loop.
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
    private var connections: [ClientConnection] = []
    private var failure: String?
    private var start: UInt64 = 0
    private var delivery = Delivery()
    private var complete: CheckedContinuation<Void, Never>?

    init(_ context: LoadContext, next: @escaping Next) {
        self.context = context
        self.next = next
    }

    /// Connects one for each request and returns when all have sent theirs and nothing has arrived for a while.
    func connect(_ requests: [[UInt8]], port: UInt16, tls: TLSClient? = nil) async throws {
        for (client, request) in requests.enumerated() {
            let connection = try context.connect(port, tls: tls)
            connection.onFailure = { [unowned self] reason in fail(reason) }
            connection.onPart = { [unowned self] part in take(part) }
            connection.onAnswer = { [unowned self, unowned connection] status, body in
                guard status == 200 else { return fail("an answer with status \(status)") }
                take(body)
                if let request = next(client, body) { connection.send(request) }
            }
            connection.send(request)
            connections.append(connection)
            if client % 50 == 49 { await context.sleep(.milliseconds(20)) }
        }
        for _ in 0..<600 where !connections.allSatisfy(\.isEstablished) { await context.sleep(.milliseconds(100)) }
        await context.sleep(.milliseconds(1500))
        if let failure { throw BenchError(failure) }
    }

    /// Has a message sent, and waits until all have it.
    func deliver(_ send: () async throws -> Void) async throws -> Delivery {
        delivery = Delivery()
        start = SystemCall.now()
        try await send()
        if delivery.count < connections.count, failure == nil {
            let timer = context.loop.schedule(after: .seconds(60)) { [weak self] in self?.fail("not all were reached") }
            await withCheckedContinuation { complete = $0 }
            timer.cancel()
        }
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
        if delivery.count >= connections.count { resume() }
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
