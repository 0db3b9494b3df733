/// Who may have an account, and what passwords cost.
package struct AccountsConfiguration: Sendable {
    /// Who may register.
    package enum Registration: String, Sendable, CaseIterable {
        /// Anybody who reaches the server.
        case open
        /// Those who were given a registration token.
        case token
        /// Nobody; the administrator makes the accounts.
        case closed
    }

    /// The part behind the colon of every identifier.
    package var serverName: String
    package var registration: Registration
    /// Whether people may look in without an account.
    package var allowsGuests: Bool
    /// Whether a new account needs a proved address of mail; only where the server sends mail.
    package var requiresAddress = false
    /// The shortest password, in characters.
    package var minimumPasswordLength = 8
    package var hashing: PasswordHashing
    /// The server's address for clients (`https://…`), told by `/.well-known/matrix/client`; nil leaves that out.
    package var publicBaseURL: String?

    package init(
        serverName: String, registration: Registration = .closed, allowsGuests: Bool = false,
        hashing: PasswordHashing = PasswordHashing(), publicBaseURL: String? = nil
    ) {
        self.serverName = serverName
        self.registration = registration
        self.allowsGuests = allowsGuests
        self.hashing = hashing
        self.publicBaseURL = publicBaseURL
    }
}

/// The cost of one password: the work that a thief of the database has to do for each guess.
package struct PasswordHashing: Sendable, Equatable {
    /// Memory, in KiB.
    package var memory: UInt32
    /// Passes over the memory.
    package var passes: UInt32
    /// How many are computed at once: times `memory` is the most that passwords can take.
    package var simultaneous: Int

    /// 19 MiB and two passes are what OWASP's Password Storage Cheat Sheet names for Argon2id.
    package init(memory: UInt32 = 19_456, passes: UInt32 = 2, simultaneous: Int = 2) {
        self.memory = memory
        self.passes = passes
        self.simultaneous = simultaneous
    }
}
