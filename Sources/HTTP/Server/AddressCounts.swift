import Synchronization

/// How many connections each address has, over all loops. Any thread.
final class AddressCounts: Sendable {
    private let counts = Mutex<[PeerAddress: Int]>([:])
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more, unless the address has its number already.
    func enter(_ address: PeerAddress) -> Bool {
        counts.withLock { counts in
            let count = counts[address.subscriber, default: 0]
            guard count < limit else { return false }
            counts[address.subscriber] = count + 1
            return true
        }
    }

    func leave(_ address: PeerAddress) {
        counts.withLock { counts in
            guard let count = counts[address.subscriber] else { return }
            counts[address.subscriber] = count == 1 ? nil : count - 1
        }
    }
}

extension PeerAddress {
    /// What one subscriber has: an IPv4 address, or an IPv6 /64. Limits by address count by this: whoever has a /64 has
    /// as many addresses as they like.
    package var subscriber: PeerAddress {
        isIPv4 ? self : PeerAddress(v6High: high, low: 0)
    }
}
