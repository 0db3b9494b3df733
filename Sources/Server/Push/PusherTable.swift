import MatrixAPI
import Store
import Synchronization

/// The pushers of all members in memory, so that an event in a room of people without one costs nothing.
final class PusherTable: Sendable {
    private struct State {
        var byUser: [UserID: [StoredPusher]] = [:]
        /// Counts what made this obsolete.
        var generation = 1
        var loaded = 0
    }

    private let state = Mutex(State())

    /// To be called when it is durable that pushers changed.
    func invalidate() { state.withLock { $0.generation += 1 } }

    /// Whether it is known that nobody has one.
    var isEmpty: Bool { state.withLock { $0.loaded == $0.generation && $0.byUser.isEmpty } }

    /// The member's, as far as that is known.
    func known(of user: UserID) -> [StoredPusher] { state.withLock { $0.byUser[user] ?? [] } }

    /// All of them as they are now.
    func current(_ reader: any StoreReader) throws -> [UserID: [StoredPusher]] {
        let (known, generation) = state.withLock { ($0.loaded == $0.generation ? $0.byUser : nil, $0.generation) }
        if let known { return known }
        let loaded = Dictionary(grouping: try reader.pushers(), by: \.user)
        state.withLock { state in
            state.byUser = loaded
            state.loaded = generation
        }
        return loaded
    }
}
