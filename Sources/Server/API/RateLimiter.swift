package import EventLoop
package import MatrixAPI
import Synchronization

/// Requests whose rate is limited together.
package enum RateLimitGroup: String, Sendable, CaseIterable {
    /// Not limited: waiting syncs, keep-alives.
    case unlimited
    /// What members do all the time.
    case general
    /// Sending events.
    case message
    /// Log-ins, by address and by account.
    case login
    /// Wrong passwords, by account.
    case failedLogin
    /// Registrations, by address.
    case registration
    /// Invitations and joins.
    case membership
    /// Searches and other work that costs.
    case search
    /// Previews of links, for which the server asks others.
    case preview
    /// Mail to one address.
    case mail
}

/// How often something may happen: `perSecond` on average, `burst` at once.
package struct RateLimit: Sendable, Equatable {
    package var perSecond: Double
    package var burst: Double
    package init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Token buckets by group and key (an address or an account).
///
/// A bucket is kept as the time at which it will be full again, so that a full one needs no entry.
package final class RateLimiter: Sendable {
    private struct Key: Hashable {
        let group: RateLimitGroup
        let name: String
    }

    private struct Buckets {
        var limits: [RateLimitGroup: RateLimit]
        /// Nanoseconds at which the bucket is full again (generic cell rate algorithm).
        var fullAt: [Key: Int64] = [:]
        var sweepAt = 4096
    }

    private let buckets: Mutex<Buckets>

    /// - Parameter limits: groups that are absent are not limited; empty switches all limits off.
    package init(limits: [RateLimitGroup: RateLimit]) { buckets = Mutex(Buckets(limits: limits)) }

    /// Takes other limits from now on; what was taken already counts on.
    package func replaceLimits(_ limits: [RateLimitGroup: RateLimit]) { buckets.withLock { $0.limits = limits } }

    /// Takes one from the bucket.
    ///
    /// - Throws: `M_LIMIT_EXCEEDED` (429) with the time to wait.
    package func take(_ group: RateLimitGroup, by name: String, now: MonotonicTime) throws(MatrixError) {
        let now = Int64(now.nanoseconds)
        let wait: Int64 = buckets.withLock { buckets in
            guard let limit = buckets.limits[group] else { return 0 }
            let step = Int64(1e9 / limit.perSecond)
            let allowance = Int64(limit.burst * 1e9 / limit.perSecond)
            let key = Key(group: group, name: name)
            let fullAt = max(buckets.fullAt[key] ?? now, now)
            let after = fullAt + step
            if after - now > allowance { return after - now - allowance }
            buckets.fullAt[key] = after
            if buckets.fullAt.count > buckets.sweepAt {
                buckets.fullAt = buckets.fullAt.filter { $0.value > now }
                buckets.sweepAt = max(4096, buckets.fullAt.count * 2)
            }
            return 0
        }
        if wait > 0 { throw .limitExceeded(retryAfter: .nanoseconds(wait)) }
    }

    /// Puts back what `take` took, where only failures count: taken before the attempt, so that a burst of
    /// simultaneous attempts is limited too, and given back when it succeeds.
    package func giveBack(_ group: RateLimitGroup, by name: String) {
        buckets.withLock { buckets in
            guard let limit = buckets.limits[group] else { return }
            let step = Int64(1e9 / limit.perSecond)
            let key = Key(group: group, name: name)
            if let fullAt = buckets.fullAt[key] { buckets.fullAt[key] = fullAt - step }
        }
    }
}
