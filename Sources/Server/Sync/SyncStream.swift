import EventLoop
import HTTP
import MatrixAPI

/// A client that holds a stream of server-sent events: each is a sync answer, its `id` the token.
///
/// Besides a waiter's states it may be blocked: the client does not read as fast as there is news. Nothing is computed
/// until it does, and then everything since at once, so that nothing piles up. A comment shows every `heartbeat`
/// that the stream is alive, by which a client notices a proxy that holds it back.
final class SyncStream: AskingWaiter<SyncQuery>, @unchecked Sendable {
    private var heartbeat: LoopTimer?
    private var isBlocked = false

    override var isReady: Bool { !isBlocked }

    func start() {
        exchange.onWritable = { [unowned self] in unblock() }
        var headers = HTTPHeaders([
            ("content-type", "text/event-stream"), ("cache-control", "no-store, no-transform"),
            // nginx buffers answers unless it is told not to.
            ("x-accel-buffering", "no"),
        ])
        MatrixApplication.addCrossOrigin(to: &headers)
        exchange.begin(.ok, headers)
        guard beginWaiting() else { return sessionEnded() }
        send(Array("retry: 2000\n\n".utf8))
        beat()
        wake()
    }

    override func computed(_ answer: SyncAnswer) {
        let isFirst = query.since == nil || query.fullState
        // The client has what it was sent before when it reads this; until then its messages stay in the store.
        query.since = answer.token
        query.fullState = false
        guard !answer.isEmpty || isFirst else { return }
        sync.delivered(answer, to: query)
        var text = Array("event: sync\nid: \(answer.token)\ndata: ".utf8)
        text.append(contentsOf: answer.body)
        text.append(contentsOf: "\n\n".utf8)
        send(text)
        // More messages to the device than fit into one answer.
        if answer.token.toDevice != nil { wake() }
    }

    /// The client connects again with its last token, after a while, and learns then what is the matter.
    override func failed(_ error: any Error) { end() }
    override func sessionEnded() { end() }

    override func end() {
        guard !isOver else { return }
        finish()
        exchange.finish()
    }

    private func send(_ text: [UInt8]) {
        if !exchange.write(text) { isBlocked = true }
    }

    private func unblock() {
        guard isBlocked, !isOver else { return }
        isBlocked = false
        wake()
    }

    private func beat() {
        // A client that is too far behind is dropped at the next byte.
        guard !isOver else { return }
        heartbeat = exchange.loop.schedule(after: sync.settings.heartbeat) { [unowned self] in
            // One call, which holds this: a client that is dropped at what is written takes the last hold away.
            showLife()
        }
    }

    private func showLife() {
        if !isBlocked { send(Array(":\n\n".utf8)) }
        beat()
    }

    override func finish() {
        heartbeat?.cancel()
        exchange.onWritable = nil
        super.finish()
    }
}
