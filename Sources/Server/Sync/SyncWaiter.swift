import EventLoop
import HTTP
import MatrixAPI

/// Somebody who waits for something to happen: a poll or a stream. Confined to its loop.
///
/// `@unchecked Sendable`: every use is on the exchange's loop.
class SyncWaiter: @unchecked Sendable {
    let sync: Sync
    let exchange: HTTPExchange
    let user: UserID
    let device: DeviceID
    private let received: MonotonicTime
    private let presence: String?
    private let waiters: SyncWaiters
    private(set) var isOver = false

    /// - Parameters:
    ///   - received: when the request was, before its token was looked at.
    ///   - presence: what the client says of its member.
    init(
        _ sync: Sync, _ exchange: HTTPExchange, user: UserID, device: DeviceID, received: MonotonicTime,
        presence: String?
    ) {
        self.sync = sync
        self.exchange = exchange
        self.user = user
        self.device = device
        self.received = received
        self.presence = presence
        waiters = sync.notifier.waiters(on: exchange.loop)
    }

    // MARK: For subclasses

    /// Whether changes of presence are to be told.
    var wantsPresence: Bool { true }
    /// Whether who types is to be told.
    var wantsTyping: Bool { true }
    /// Something happened that may concern this member.
    func wake() {}
    /// The server stops: answer what there is.
    func end() {}
    /// The device was logged out: answer that, and nothing else.
    func sessionEnded() {}

    // MARK: Waiting

    /// Counts as connected and begins to wait; false when the session has ended meanwhile.
    final func beginWaiting() -> Bool {
        sync.connections.syncBegan(user, device: device, presence: presence)
        // Unowned: an object with weak references costs more whenever it is touched. `waiters` holds who waits until `finish`,
        // which takes away what would call.
        exchange.onClose = { [unowned self] in finish() }
        return waiters.add(self, received: received)
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
