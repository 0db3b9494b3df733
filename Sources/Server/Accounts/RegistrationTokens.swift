import MatrixAPI
package import Store

/// Tokens that let people register where not everybody may.
///
/// Source: Client-Server API, "Token-authenticated registration".
package final class RegistrationTokens: Sendable {
    private let journal: Journal
    private let clock: WallClock

    package init(journal: Journal, clock: WallClock = .system) {
        self.journal = journal
        self.clock = clock
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - token: nil for a random one. At most 64 letters, digits and `._~-`.
    ///   - uses: how many accounts it is good for; nil for any number.
    ///   - expires: milliseconds since 1970; nil for never.
    /// - Throws: `M_INVALID_PARAM` for a token that is not well-formed or exists.
    package func create(
        _ token: String? = nil, uses: Int? = nil, expires: Int64? = nil
    ) async throws -> StoredRegistrationToken {
        let token = token ?? RandomBytes.token(12)
        guard Self.isWellFormed(token) else {
            throw MatrixError.invalidParam("A registration token has 1 to 64 letters, digits and ._~-")
        }
        let made = StoredRegistrationToken(token: token, usesAllowed: uses, expires: expires)
        return try await journal.write { transaction in
            if try transaction.store.registrationToken(token) != nil {
                throw MatrixError.invalidParam("There is such a registration token already")
            }
            try transaction.store.setRegistrationToken(made)
            return made
        }
    }

    /// All tokens, used up and expired ones included, ordered.
    package func all() async throws -> [StoredRegistrationToken] {
        try await journal.store.read { try $0.registrationTokens() }
    }

    /// Whether there was such a token.
    @discardableResult
    package func revoke(_ token: String) async throws -> Bool {
        try await journal.write { try $0.store.deleteRegistrationToken(token) }
    }

    /// Whether somebody could register with it now.
    package func isValid(_ token: String) async throws -> Bool {
        let now = clock.now
        guard Self.isWellFormed(token) else { return false }
        return try await journal.store.read { try $0.registrationToken(token)?.isUsable(at: now) ?? false }
    }

    /// Uses the token up by one, as part of the registration.
    /// - Throws: `M_FORBIDDEN` when it is not, or no longer, valid.
    func consume(_ token: String, in transaction: JournalTransaction) throws {
        guard var stored = try transaction.store.registrationToken(token), stored.isUsable(at: clock.now) else {
            throw MatrixError.forbidden("The registration token is not valid")
        }
        stored.completed += 1
        try transaction.store.setRegistrationToken(stored)
    }

    private static func isWellFormed(_ token: String) -> Bool {
        (1...64).contains(token.utf8.count)
            && token.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
                default: false
                }
            }
    }
}

extension StoredRegistrationToken {
    func isUsable(at now: Int64) -> Bool {
        if let expires, expires <= now { return false }
        if let usesAllowed, completed >= usesAllowed { return false }
        return true
    }
}
