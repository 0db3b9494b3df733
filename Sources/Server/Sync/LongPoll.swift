import EventLoop
import HTTP
import MatrixAPI

/// A client that waits for its sync to be answered.
final class LongPoll: AskingWaiter<SyncQuery>, @unchecked Sendable {
    private let timeout: Duration
    private var timer: LoopTimer?
    /// Whatever there is, is answered now.
    private var isExpired: Bool

    init(
        _ sync: Sync, _ exchange: HTTPExchange, _ query: SyncQuery, timeout: Duration, received: MonotonicTime,
        presence: String?
    ) {
        self.timeout = timeout
        // A first answer, or one with everything in it, is never waited for.
        isExpired = timeout == .zero || query.since == nil || query.fullState
        super.init(sync, exchange, query, received: received, presence: presence)
    }

    func start() {
        guard beginWaiting() else { return sessionEnded() }
        if !isExpired { timer = exchange.loop.schedule(after: timeout) { [unowned self] in end() } }
        wake()
    }

    override func computed(_ answer: SyncAnswer) {
        if answer.isEmpty, !isExpired {
            // What concerned others need not be looked at again.
            query.since = answer.token
            return
        }
        sync.delivered(answer, to: query)
        respond(MatrixApplication.json(answer.body, .ok))
    }

    override func failed(_ error: any Error) { respond(Sync.failure(error)) }

    override func end() {
        isExpired = true
        wake()
    }

    override func sessionEnded() {
        if !isOver { failed(MatrixError.unknownToken()) }
    }

    private func respond(_ response: HTTPResponse) {
        finish()
        exchange.respond(response)
    }

    override func finish() {
        timer?.cancel()
        super.finish()
    }
}
