import EventLoop
import HTTP
import MatrixAPI
import Store

/// Somebody who waits for something to happen: a long poll, or a stream. Confined to its loop.
///
/// States: computing (a task reads the store), waiting (an entry among the loop's waiters), over. A wake-up while
/// computing makes it compute once more. What is found out is for the subclasses to answer.
///
/// `@unchecked Sendable`: every use is on the exchange's loop.
class SyncWaiter: @unchecked Sendable {
    let sync: Sync
    let exchange: HTTPExchange
    var query: SyncQuery
    private let received: MonotonicTime
    private let presence: String?
    private let waiters: SyncWaiters
    private var isComputing = false
    private var isWokenAgain = false
    private(set) var isOver = false

    final var user: UserID { query.user }
    final var device: DeviceID { query.device }

    /// - Parameters:
    ///   - received: when the request was, before its token was looked at.
    ///   - presence: what the client says of its member.
    init(_ sync: Sync, _ exchange: HTTPExchange, _ query: SyncQuery, received: MonotonicTime, presence: String?) {
        self.sync = sync
        self.exchange = exchange
        self.query = query
        self.received = received
        self.presence = presence
        waiters = sync.notifier.waiters(on: exchange.loop)
    }

    // MARK: For subclasses

    /// Whether an answer could be taken now.
    var isReady: Bool { true }
    /// What there is to know since `query`.
    func computed(_ answer: SyncAnswer) {}
    /// It could not be computed.
    func failed(_ error: any Error) {}
    /// The server stops: answer what there is.
    func end() {}
    /// The device was logged out: answer that, and nothing else.
    func sessionEnded() {}

    // MARK: Waiting

    /// Counts as connected and begins to wait; false when the session has ended meanwhile.
    final func beginWaiting() -> Bool {
        sync.connections.syncBegan(user, device: device, presence: presence)
        exchange.onClose = { [weak self] in self?.finish() }
        return waiters.add(self, received: received)
    }

    /// Something happened that may concern this member: compute, and answer if it does.
    final func wake() {
        guard !isOver, isReady else { return }
        guard !isComputing else {
            isWokenAgain = true
            return
        }
        do {
            computed(try SyncComputation.run(query, sync.sources, reader: nil))
        } catch is NeedsStore {
            computeFromStore()
        } catch {
            failed(error)
        }
    }

    private func computeFromStore() {
        isComputing = true
        let query = self.query
        Task(executorPreference: exchange.loop) { [sync] in
            do {
                let answer = try await sync.sources.journal.store.read { reader in
                    try SyncComputation.run(query, sync.sources, reader: reader)
                }
                self.hasRead(.success(answer))
            } catch {
                self.hasRead(.failure(error))
            }
        }
    }

    private func hasRead(_ result: Result<SyncAnswer, any Error>) {
        isComputing = false
        let again = isWokenAgain
        isWokenAgain = false
        guard !isOver else { return }
        switch result {
        case .success(let answer): computed(answer)
        case .failure(let error): failed(error)
        }
        if again { wake() }
    }

    /// Waits no longer; the last thing that happens.
    func finish() {
        guard !isOver else { return }
        isOver = true
        waiters.remove(self)
        exchange.onClose = nil
        sync.connections.syncEnded(user, device: device)
    }
}
