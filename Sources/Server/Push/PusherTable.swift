import MatrixAPI
import Store
import Synchronization

/// The pushers of all members in memory, so that an event in a room of people without one costs nothing. Those of mail
/// are not among them where none can be sent: what waited for them would wait for ever.
final class PusherTable: Sendable {
    private struct State {
        var byUser: [UserID: [StoredPusher]] = [:]
        /// Counts what made this obsolete.
        var generation = 1
        var loaded = 0
    }

    private let sendsMail: Bool
    private let state = Mutex(State())

    init(sendsMail: Bool) { self.sendsMail = sendsMail }

    /// To be called when it is durable that pushers changed.
    func invalidate() { state.withLock { $0.generation += 1 } }

    /// Whether it is known that nobody has one.
    var isEmpty: Bool { state.withLock { $0.loaded == $0.generation && $0.byUser.isEmpty } }

    /// The member's, as far as that is known.
    func known(of user: UserID) -> [StoredPusher] { state.withLock { $0.byUser[user] ?? [] } }

    /// Whether anything is sent to it.
    func isUsed(_ pusher: StoredPusher) -> Bool { sendsMail || pusher.kind != Pushers.mailKind }

    /// All of them as they are now.
    func current(_ reader: any StoreReader) throws -> [UserID: [StoredPusher]] {
        let (known, generation) = state.withLock { ($0.loaded == $0.generation ? $0.byUser : nil, $0.generation) }
        if let known { return known }
        let loaded = Dictionary(grouping: try reader.pushers().filter(isUsed), by: \.user)
        state.withLock { state in
            state.byUser = loaded
            state.loaded = generation
        }
        return loaded
    }
}
