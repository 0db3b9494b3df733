package import EventLoop
import HTTP
import MatrixAPI
import Outbound
package import Store

/// Whether somebody knows an account's password: the one place where that is asked, for log-in and for
/// interactive authentication.
///
/// The same work is done and the same answer given for a wrong password, an account that is not there, one without
/// a password and a deactivated one. Failures are limited by account and attempts by address.
package final class PasswordAuthentication: Sendable {
    private let store: any Store
    private let hasher: PasswordHasher
    private let limiter: RateLimiter
    let serverName: String

    package init(store: any Store, hasher: PasswordHasher, limiter: RateLimiter, serverName: String) {
        self.store = store
        self.hasher = hasher
        self.limiter = limiter
        self.serverName = serverName
    }

    /// The account that is meant, if the password is its own.
    ///
    /// - Parameter now: monotonic, for the limits.
    /// - Throws: `M_FORBIDDEN` (403) when it is not; `M_LIMIT_EXCEEDED` (429) after too many failures;
    ///   `M_USER_LOCKED` (401) when the password is right and the account is locked.
    package func account(
        of identifier: LoginIdentifier, password: String, now: MonotonicTime
    ) async throws -> StoredAccount {
        let user: UserID?
        // The name as it was given would let an attacker choose as many buckets as he likes for one account, and of any
        // size.
        let bucket: String
        switch identifier {
        case .name(let name):
            user = Localpart.userID(named: name, server: serverName)
            bucket = user?.string ?? ""
        case .address(let address):
            user = try await store.read { try $0.contactAddress(address)?.user }
            bucket = user?.string ?? MailAddress(address)?.description ?? ""
        }
        try limiter.take(.failedLogin, by: bucket, now: now)
        var account: StoredAccount?
        if let user { account = try await store.read { try $0.account(user) } }
        let hash = account.flatMap { $0.isDeactivated ? nil : $0.passwordHash }
        guard try await hasher.verify(password, against: hash), let account else {
            throw MatrixError.forbidden("Invalid user name or password")
        }
        limiter.giveBack(.failedLogin, by: bucket)
        if account.isLocked { throw MatrixError.userLocked() }
        return account
    }

    /// Counts an attempt that comes from an address, where the endpoint's own limit is another one.
    func limitAttempts(from address: PeerAddress, now: MonotonicTime) throws {
        try limiter.take(.login, by: address.subscriber.description, now: now)
    }
}

extension MatrixError {
    /// Source: Client-Server API, "Account locking".
    static func userLocked() -> MatrixError {
        MatrixError(401, .userLocked, "This account has been locked", extra: [("soft_logout", .true)])
    }

    /// - Parameter isSoft: the client may keep its data and log in again for the same device.
    static func unknownToken(isSoft: Bool = false) -> MatrixError {
        MatrixError(
            401, .unknownToken, "Unknown or expired access token", extra: [("soft_logout", isSoft ? .true : .false)])
    }
}
