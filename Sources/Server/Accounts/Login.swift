import EventLoop
import MatrixAPI
import Store

/// Logging in with a password.
///
/// Source: Client-Server API, "Login" (legacy API).
package final class Login: Sendable {
    private let journal: Journal
    private let sessions: Sessions
    private let passwords: PasswordAuthentication
    let publicBaseURL: String?
    let serviceAccounts: ServiceAccounts
    let authentication: InteractiveAuthentication
    /// For logging in a second device by the first, as by a code that one shows and the other reads.
    let tokens = ShortLivedTokens<UserID>(lifetime: Login.tokenLifetime, capacity: 10_000)
    static let tokenLifetime = Duration.seconds(120)

    /// - Parameter publicBaseURL: told to clients that log in, so that they find the server by its own name.
    package init(
        journal: Journal, sessions: Sessions, passwords: PasswordAuthentication,
        authentication: InteractiveAuthentication, publicBaseURL: String? = nil, services: ApplicationServices = .none
    ) {
        serviceAccounts = ServiceAccounts(
            services: services, journal: journal, sessions: sessions, serverName: passwords.serverName)
        self.authentication = authentication
        self.journal = journal
        self.sessions = sessions
        self.passwords = passwords
        self.publicBaseURL = publicBaseURL
    }

    /// Who proves to be a member.
    enum Proof: Sendable {
        case password(String, of: LoginIdentifier)
        /// One that `tokens` gave out.
        case token(String)
    }

    /// Checks the proof and gives the device a new access token.
    ///
    /// - Parameters:
    ///   - device: what the client says of itself.
    ///   - now: monotonic, for the limits.
    /// - Throws: `M_FORBIDDEN`, `M_USER_LOCKED`, `M_LIMIT_EXCEEDED`.
    func logIn(_ proof: Proof, on device: Sessions.Wish, now: MonotonicTime) async throws -> Sessions.Opened {
        let user: UserID
        switch proof {
        case .password(let password, let name):
            user = try await passwords.account(of: name, password: password, now: now).user
        case .token(let token):
            guard let owner = tokens.take(token, now: now) else {
                throw MatrixError.forbidden("The login token is not valid, or not any more")
            }
            user = owner
        }
        let opened = try await journal.write { [sessions] transaction in
            // The account may have been closed while the password was being checked.
            guard let account = try transaction.store.account(user), !account.isDeactivated, !account.isLocked else {
                throw MatrixError.forbidden("Invalid user name or password")
            }
            return try sessions.open(for: user, on: device, in: transaction)
        }
        sessions.opened(opened)
        return opened
    }
}
