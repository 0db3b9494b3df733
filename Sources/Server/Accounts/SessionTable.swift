import MatrixAPI
import Synchronization

/// The sessions of tokens that were used lately.
///
/// Two generations, each of at most `capacity`: when the young one is full it becomes the old one, and what was in
/// the old one and not used since is forgotten. Tokens are kept here as they are, in memory only.
final class SessionTable: Sendable {
    private struct Generations {
        var young: [String: Session] = [:]
        var old: [String: Session] = [:]
        var tokens: [UserID: Set<String>] = [:]
        /// Counts removals, so that what was read before one is not put in after it.
        var epoch: Int64 = 0
    }

    private let capacity: Int
    private let generations = Mutex(Generations())

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var epoch: Int64 { generations.withLock { $0.epoch } }

    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    func session(_ token: String) -> Session? {
        generations.withLock { generations in
            if let session = generations.young[token] { return session }
            guard let session = generations.old.removeValue(forKey: token) else { return nil }
            put(session, token, &generations)
            return session
        }
    }

    /// Takes the session in, unless sessions were removed since `epoch`.
    func insert(_ session: Session, _ token: String, epoch: Int64) {
        generations.withLock { generations in
            guard generations.epoch == epoch else { return }
            generations.old[token] = nil
            put(session, token, &generations)
        }
    }

    /// Forgets the sessions of these devices, or of all the member's devices.
    func remove(_ user: UserID, devices: Set<DeviceID>?) {
        generations.withLock { generations in
            generations.epoch += 1
            for token in generations.tokens[user] ?? [] {
                guard let session = generations.young[token] ?? generations.old[token] else { continue }
                if let devices, !devices.contains(session.device) { continue }
                generations.young[token] = nil
                generations.old[token] = nil
                generations.tokens[user]?.remove(token)
            }
            if generations.tokens[user]?.isEmpty == true { generations.tokens[user] = nil }
        }
    }

    private func put(_ session: Session, _ token: String, _ generations: inout Generations) {
        if generations.young.count >= capacity {
            for (token, session) in generations.old {
                generations.tokens[session.user]?.remove(token)
                if generations.tokens[session.user]?.isEmpty == true { generations.tokens[session.user] = nil }
            }
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[token] = session
        generations.tokens[session.user, default: []].insert(token)
    }
}
