package import EventLoop
import JSON
import MatrixAPI
import Store
import Synchronization

/// Keeps the index of words up with the journal: behind the events, in batches, beside the journal's thread, so that no send
/// waits for it.
package final class SearchIndex: Sendable {
    private static let batch = 100
    /// Batches that a search waits for, some 50 ms; what is more is taken in behind it.
    static let batchesOfOneSearch = 10
    private static let interval = Duration.seconds(10)

    private let journal: Journal
    private let state = Mutex(State())

    private struct State {
        /// The batch that is taken in now: all that wait for the index wait for the same one.
        var batch: Task<Batch, any Error>?
        var filling: Task<Void, any Error>?
    }

    private struct Batch {
        /// Everything up to here is indexed.
        let position: Int64
        /// Whether there was nothing more.
        let isLast: Bool
    }

    package init(journal: Journal) { self.journal = journal }

    /// Begins; goes on as long as this object is there.
    /// - Parameter loop: where its timer runs.
    package func start(on loop: EventLoop) {
        _ = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            fill()
            start(on: loop)
        }
    }

    /// Takes in what is not indexed yet, as far as that does not take long; goes on behind it where it would.
    /// - Returns: whether the index has everything that was there when it was asked for.
    /// - Throws: `StoreError`.
    @discardableResult
    func catchUp() async throws -> Bool {
        let newest = journal.position
        for _ in 0..<Self.batchesOfOneSearch {
            if try await takeInBatch().position >= newest { return true }
        }
        fill()
        return false
    }

    /// Takes in everything, in the background. When the store fails it is tried again with the timer.
    private func fill() {
        state.withLock { state in
            guard state.filling == nil else { return }
            state.filling = Task { [weak self] in
                defer { self?.state.withLock { $0.filling = nil } }
                while try await self?.takeInBatch().isLast == false {}
            }
        }
    }

    private func takeInBatch() async throws -> Batch {
        let batch = state.withLock { state in
            if let batch = state.batch { return batch }
            let batch = Task {
                defer { self.state.withLock { $0.batch = nil } }
                return try await self.indexBatch()
            }
            state.batch = batch
            return batch
        }
        return try await batch.value
    }

    private func indexBatch() async throws -> Batch {
        let newest = journal.position
        let (start, end, texts, removed) = try await journal.store.read(isBulk: true) {
            reader -> (Int64, Int64, [SearchableText], [Int64]) in
            let start = try reader.indexedPosition()
            let removed = try reader.wordRemovals(limit: Self.batch)
            guard start < newest else { return (start, start, [], removed) }
            let events = try reader.events(after: start, through: newest, limit: Self.batch)
            let end = events.count < Self.batch ? newest : events.last?.position ?? newest
            return (start, end, events.compactMap(\.searchableText), removed)
        }
        let isLast = end >= newest && removed.count < Self.batch
        guard start < end || !removed.isEmpty else { return Batch(position: end, isLast: isLast) }
        try await journal.store.index(texts, removing: removed, through: end)
        // Taken out for good, also when the machine stops here.
        if !removed.isEmpty { try await journal.write { try $0.store.deleteWordRemovals(removed) } }
        return Batch(position: end, isLast: isLast)
    }
}

extension Event {
    /// nil when there is nothing in it to be found by.
    fileprivate var searchableText: SearchableText? {
        guard redactedBecause == nil else { return nil }
        let key: SearchKey
        let member: String
        switch (type, stateKey) {
        case ("m.room.message", nil): (key, member) = (.body, "body")
        case ("m.room.name", ""): (key, member) = (.name, "name")
        case ("m.room.topic", ""): (key, member) = (.topic, "topic")
        default: return nil
        }
        guard let text = content[member]?.string, !text.isEmpty else { return nil }
        return SearchableText(position: position, key: key, text: text)
    }
}
