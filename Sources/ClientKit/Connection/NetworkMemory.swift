/// What a network lets through.
package struct RememberedMeans: Sendable, Equatable {
    package var means: SyncMeans
    /// When that was learnt, in milliseconds since 1970.
    package var learnt: Int64

    package init(means: SyncMeans, learnt: Int64) {
        self.means = means
        self.learnt = learnt
    }
}

/// How answers come as soon as there are any.
package enum SyncMeans: Sendable, Equatable {
    case stream
    case poll
    /// Polls that wait only so long.
    case shortPoll(seconds: Int)
}

/// Remembers which means worked in which network, so that the next start need not find out again.
package protocol NetworkMemory: Sendable {
    func means(in network: String) async -> RememberedMeans?
    /// nil forgets.
    func remember(_ means: RememberedMeans?, in network: String) async
}
