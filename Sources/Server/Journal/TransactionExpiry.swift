package import EventLoop
import Store

/// Forgets the transaction identifiers of requests that nobody repeats any more, a few at a time.
package final class TransactionExpiry: Sendable {
    /// How long a client may take to repeat a request.
    package static let lifetime = Duration.seconds(7 * 86_400)
    /// How often it looks, and how many it deletes then: a batch that holds up nobody.
    private static let interval = Duration.seconds(60)
    private static let limit = 2_000

    private let journal: Journal
    private let loop: EventLoop

    /// - Parameter loop: where its timer runs.
    package init(journal: Journal, loop: EventLoop) {
        self.journal = journal
        self.loop = loop
    }

    /// Begins; goes on as long as this object is there.
    package func start() {
        _ = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            expire()
            start()
        }
    }

    private func expire() {
        journal.writeEventually { transaction in
            let oldest = transaction.now - Self.lifetime.milliseconds
            try transaction.store.deleteTransactions(createdBefore: oldest, limit: Self.limit)
        }
    }
}
