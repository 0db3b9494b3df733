import EventLoop
import Store
import Synchronization

/// Secrets that are good for a short time and stand for something: kept in memory only, by their hashes, and gone after
/// a restart, which costs whoever has one a new request.
final class ShortLivedTokens<Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let expires: MonotonicTime
    }

    private let lifetime: Duration
    /// More are not kept: the oldest goes.
    private let capacity: Int
    private let entries = Mutex<(order: [TokenHash], all: [TokenHash: Entry])>(([], [:]))

    init(lifetime: Duration, capacity: Int) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    func issue(_ value: Value, now: MonotonicTime) -> String {
        let token = RandomBytes.token(32)
        let hash = TokenHash(of: token)
        entries.withLock { entries in
            entries.all[hash] = Entry(value: value, expires: now + lifetime)
            entries.order.append(hash)
            while let oldest = entries.order.first {
                let isOver = entries.all[oldest].map { $0.expires <= now } ?? true
                guard isOver || entries.order.count > capacity else { break }
                entries.all[oldest] = nil
                entries.order.removeFirst()
            }
        }
        return token
    }

    /// What a token stands for; nil when it is not known, or its time is over.
    func value(_ token: String, now: MonotonicTime) -> Value? {
        entries.withLock { entries in
            guard let entry = entries.all[TokenHash(of: token)], entry.expires > now else { return nil }
            return entry.value
        }
    }

    /// The same, and the token is good for nothing any more.
    func take(_ token: String, now: MonotonicTime) -> Value? {
        entries.withLock { entries in
            guard let entry = entries.all.removeValue(forKey: TokenHash(of: token)), entry.expires > now else {
                return nil
            }
            return entry.value
        }
    }
}
