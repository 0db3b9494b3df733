package import EventLoop
import JSON
import MatrixAPI
import Store

/// Keeps the index of words up with the journal: behind the events, in batches, so that a send costs the same with it.
package final class SearchIndex: Sendable {
    /// Events of one proposal: few, since sends wait behind it.
    private static let batch = 100
    /// Batches that one request waits for; a server with a long history fills its index over the first minutes.
    private static let batchesAtOnce = 100
    private static let interval = Duration.seconds(10)

    private let journal: Journal

    package init(journal: Journal) { self.journal = journal }

    /// Begins; goes on as long as this object is there.
    /// - Parameter loop: where its timer runs.
    package func start(on loop: EventLoop) {
        _ = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            Task { [weak self] in
                // While there is more, without a long pause: others' writes come in between.
                while try await self?.catchUp() == false {}
                self?.start(on: loop)
            }
        }
    }

    /// Takes in what is not indexed yet, as far as that does not take long.
    /// - Returns: whether the index has everything now.
    /// - Throws: `StoreError`.
    @discardableResult
    func catchUp() async throws -> Bool {
        for _ in 0..<Self.batchesAtOnce {
            let newest = journal.position
            let (start, end, texts) = try await journal.store.read(isBulk: true) {
                reader -> (Int64, Int64, [SearchableText]) in
                let start = try reader.indexedPosition()
                guard start < newest else { return (start, start, []) }
                let events = try reader.events(after: start, through: newest, limit: Self.batch)
                let end = events.count < Self.batch ? newest : events.last?.position ?? newest
                return (start, end, events.compactMap(\.searchableText))
            }
            guard start < end else { return true }
            try await journal.write { transaction in
                // Somebody else may have done it meanwhile.
                guard try transaction.store.indexedPosition() == start else { return }
                try transaction.store.index(texts, through: end)
            }
        }
        return false
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
