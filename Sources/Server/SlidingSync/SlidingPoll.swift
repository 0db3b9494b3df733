import EventLoop
import HTTP
import JSON
import MatrixAPI

/// A client that waits for news of what it has in sight.
///
/// A later request on the same connection ends it: its answer would not be read any more.
final class SlidingPoll: AskingWaiter<SlidingQuery>, @unchecked Sendable {
    private let sliding: SlidingSync
    private let ticket: SlidingConnections.Ticket
    private var timer: LoopTimer?
    /// Whatever there is, is answered now.
    private var isExpired: Bool

    init(
        _ sliding: SlidingSync, _ exchange: HTTPExchange, _ query: SlidingQuery, _ ticket: SlidingConnections.Ticket,
        received: MonotonicTime
    ) {
        self.sliding = sliding
        self.ticket = ticket
        // A first answer is never waited for.
        isExpired = query.request.timeout == .zero || query.request.position == nil
        super.init(sliding.sync, exchange, query, received: received, presence: query.request.presence)
    }

    override var wantsPresence: Bool { false }
    override var wantsTyping: Bool { query.request.extensions.typing != nil }

    func start() {
        guard beginWaiting() else { return sessionEnded() }
        let loop = exchange.loop
        let isNewest = sliding.connections.wait(ticket) { [weak self] in
            loop.execute { [weak self] in self?.superseded() }
        }
        guard isNewest else { return superseded() }
        if !isExpired {
            let wait = min(query.request.timeout, sync.settings.maximumWait)
            timer = loop.schedule(after: wait) { [weak self] in self?.end() }
        }
        wake()
    }

    override func computed(_ answer: SlidingAnswer) {
        if answer.isEmpty, !isExpired {
            // What concerned others need not be looked at again.
            query.state = answer.state
            return
        }
        guard let position = sliding.connections.answer(ticket, with: answer.state) else { return superseded() }
        sliding.delivered(answer, to: query)
        respond(MatrixApplication.json(answer.body(position), .ok))
    }

    override func failed(_ error: any Error) { respond(Sync.failure(error)) }

    override func end() {
        isExpired = true
        wake()
    }

    override func sessionEnded() {
        if !isOver { failed(MatrixError.unknownToken()) }
    }

    /// Says nothing, and that the client is where it was.
    private func superseded() {
        guard !isOver else { return }
        guard let position = query.request.position else { return failed(SlidingConnections.unknownPosition) }
        respond(MatrixApplication.json(JSONWriter.object { $0.member("pos", position) }, .ok))
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
