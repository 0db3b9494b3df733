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

    /// - Parameter publicBaseURL: told to clients that log in, so that they find the server by its own name.
    package init(
        journal: Journal, sessions: Sessions, passwords: PasswordAuthentication, publicBaseURL: String? = nil
    ) {
        self.journal = journal
        self.sessions = sessions
        self.passwords = passwords
        self.publicBaseURL = publicBaseURL
    }

    /// Checks the password and gives the device a new token.
    ///
    /// - Parameters:
    ///   - device: nil for a new one.
    ///   - now: monotonic, for the limits.
    /// - Throws: `M_FORBIDDEN`, `M_USER_LOCKED`, `M_LIMIT_EXCEEDED`.
    func logIn(
        name: String, password: String, device: DeviceID?, deviceName: String?, now: MonotonicTime
    ) async throws -> Sessions.Opened {
        let user = try await passwords.account(named: name, password: password, now: now).user
        let opened = try await journal.write { [sessions] transaction in
            // The account may have been closed while the password was being checked.
            guard let account = try transaction.store.account(user), !account.isDeactivated, !account.isLocked else {
                throw MatrixError.forbidden("Invalid user name or password")
            }
            return try sessions.open(for: user, device: device, displayName: deviceName, in: transaction)
        }
        sessions.opened(opened)
        return opened
    }
}
