import MatrixAPI
import Synchronization

/// The sessions of tokens that were used lately.
///
/// Two generations, each of at most `capacity`: when the young one is full it becomes the old one, and what was in
/// the old one and not used since is forgotten. Tokens are kept here as they are, in memory only.
final class SessionTable: Sendable {
    private struct Entry {
        let session: Session
        /// Milliseconds since 1970; nil when it does not expire.
        let expires: Int64?
    }

    private struct Generations {
        var young: [String: Entry] = [:]
        var old: [String: Entry] = [:]
        var tokens: [UserID: Set<String>] = [:]
        /// Counts removals, so that what was read before one is not put in after it.
        var epoch: Int64 = 0
    }

    private let capacity: Int
    private let generations = Mutex(Generations())

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var epoch: Int64 { generations.withLock { $0.epoch } }

    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    /// nil when the token is not known, or has expired.
    /// - Parameter time: milliseconds since 1970.
    func session(_ token: String, at time: Int64) -> Session? {
        let entry = generations.withLock { generations -> Entry? in
            if let entry = generations.young[token] { return entry }
            guard let entry = generations.old.removeValue(forKey: token) else { return nil }
            put(entry, token, &generations)
            return entry
        }
        guard let entry, entry.expires.map({ $0 > time }) ?? true else { return nil }
        return entry.session
    }

    /// Takes the session in, unless sessions were removed since `epoch`.
    func insert(_ session: Session, _ token: String, expires: Int64?, epoch: Int64) {
        generations.withLock { generations in
            guard generations.epoch == epoch else { return }
            generations.old[token] = nil
            put(Entry(session: session, expires: expires), token, &generations)
        }
    }

    /// Forgets the sessions of these devices, or of all the member's devices.
    func remove(_ user: UserID, devices: Set<DeviceID>?) {
        generations.withLock { generations in
            generations.epoch += 1
            for token in generations.tokens[user] ?? [] {
                guard let entry = generations.young[token] ?? generations.old[token] else { continue }
                if let devices, !devices.contains(entry.session.device) { continue }
                generations.young[token] = nil
                generations.old[token] = nil
                generations.tokens[user]?.remove(token)
            }
            if generations.tokens[user]?.isEmpty == true { generations.tokens[user] = nil }
        }
    }

    private func put(_ entry: Entry, _ token: String, _ generations: inout Generations) {
        if generations.young.count >= capacity {
            for (token, entry) in generations.old {
                let user = entry.session.user
                generations.tokens[user]?.remove(token)
                if generations.tokens[user]?.isEmpty == true { generations.tokens[user] = nil }
            }
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[token] = entry
        generations.tokens[entry.session.user, default: []].insert(token)
    }
}
