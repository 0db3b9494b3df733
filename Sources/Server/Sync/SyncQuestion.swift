import MatrixAPI
import Store

/// What a member's device asks, and wants to be told of as soon as there is an answer.
protocol SyncQuestion: Sendable {
    associatedtype Answer: Sendable

    var user: UserID { get }
    var device: DeviceID { get }

    /// Computes the answer as of now.
    /// - Throws: `NeedsStore` when `reader` is nil and memory does not hold what it takes.
    func answer(from sources: SyncSources, reader: (any StoreReader)?) throws -> Answer
}

extension SyncQuery: SyncQuestion {
    func answer(from sources: SyncSources, reader: (any StoreReader)?) throws -> SyncAnswer {
        try SyncComputation.run(self, sources, reader: reader)
    }
}
