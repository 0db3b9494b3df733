import EventLoop
import Synchronization

@testable import HTTP

/// What an exchange sends back, in place of a connection.
final class InProcessStream: ExchangeStream, @unchecked Sendable {
    /// What a response has come to so far.
    struct Received: Sendable {
        var status = 0
        var headers = HTTPHeaders()
        var body: [UInt8] = []
        /// There is a status: the response was begun, or is there as a whole.
        var hasBegun = false
        /// Nothing more comes.
        var isOver = false
    }

    private struct State {
        var received = Received()
        /// What the client is dropped at.
        var last: [UInt8]?
        var waiters: [(until: @Sendable (Received) -> Bool, resume: CheckedContinuation<Received, Never>)] = []
    }

    private let requestBody: [UInt8]
    private let bodyError: HTTPBodyError?
    private let state = Mutex(State())
    /// Set on the loop before the application sees the exchange, and only used there: what `@unchecked` is about.
    weak var exchange: HTTPExchange?

    /// - Parameter end: nil for a body that is complete.
    init(requestBody: [UInt8], endsWith end: HTTPBodyError? = nil) {
        self.requestBody = requestBody
        bodyError = end
    }

    // MARK: For the test

    /// Returns once what was received satisfies `condition`, or nothing more can come.
    func received(_ condition: @escaping @Sendable (Received) -> Bool) async -> Received {
        await withCheckedContinuation { continuation in
            let now: Received? = state.withLock { state in
                if condition(state.received) || state.received.isOver { return state.received }
                state.waiters.append((condition, continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// The client is dropped while this is written.
    func drop(at bytes: [UInt8]) { state.withLock { $0.last = bytes } }

    private func change(_ body: (inout Received) -> Void) {
        let (received, ready) = state.withLock { state in
            body(&state.received)
            let received = state.received
            let ready = state.waiters.filter { received.isOver || $0.until(received) }
            state.waiters.removeAll { received.isOver || $0.until(received) }
            return (received, ready.map(\.resume))
        }
        for continuation in ready { continuation.resume(returning: received) }
    }

    // MARK: ExchangeStream

    func bodyWanted() {
        guard let exchange, exchange.wantsBody, !exchange.hasRequestEnded else { return }
        requestBody.withUnsafeBytes { if !$0.isEmpty { exchange.bodyReceived($0) } }
        exchange.bodyEnded(bodyError)
    }

    func send(_ response: HTTPResponse) {
        change { received in
            received.status = response.status.code
            received.headers = response.headers
            received.body = response.body
            received.hasBegun = true
            received.isOver = true
        }
    }

    func begin(_ status: HTTPStatus, _ headers: HTTPHeaders) {
        change { received in
            received.status = status.code
            received.headers = headers
            received.hasBegun = true
        }
    }

    func write(_ bytes: [UInt8]) -> Bool {
        change { $0.body.append(contentsOf: bytes) }
        guard state.withLock({ $0.last == bytes }) else { return true }
        exchange?.closed()
        change { $0.isOver = true }
        return false
    }

    func finish() { change { $0.isOver = true } }
    func abort() { change { $0.isOver = true } }
}
