/// `burst` at once, then `perMinute` evenly spread.
package struct RequestRate: Sendable, Equatable {
    package var burst: Int
    package var perMinute: Int

    package init(burst: Int, perMinute: Int) {
        self.burst = burst
        self.perMinute = perMinute
    }
}

/// How often a member, or an address that nobody is logged in from, may do what.
package struct RateLimits: Sendable, Equatable {
    package var isEnabled = true
    /// New accounts, per address.
    package var registration = RequestRate(burst: 10, perMinute: 5)
    /// Attempts to log in, per address.
    package var login = RequestRate(burst: 20, perMinute: 20)
    /// Failed attempts to log in, per account.
    package var failedLogin = RequestRate(burst: 10, perMinute: 5)
    /// Events sent to rooms, per member.
    package var messages = RequestRate(burst: 60, perMinute: 300)
    /// Invites (chat requests), joins, knocks, new rooms, per member.
    package var membership = RequestRate(burst: 30, perMinute: 60)
    /// Searches and other work that costs, per member.
    package var search = RequestRate(burst: 20, perMinute: 60)
    /// Previews of links, per member.
    package var preview = RequestRate(burst: 20, perMinute: 60)
    /// Mail that clients ask for, per address that it goes to.
    package var mail = RequestRate(burst: 5, perMinute: 1)
    /// Everything else, per member.
    package var general = RequestRate(burst: 300, perMinute: 1200)

    package init() {}
}
