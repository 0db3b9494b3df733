import MatrixAPI
import Store

/// Making accounts on request of those who want one.
///
/// Source: Client-Server API, "Account registration".
package final class Registration: Sendable {
    /// What a new member asked for.
    struct Wish: Sendable {
        /// nil for a name of the server's choice.
        var name: String?
        var password: String
        var device: Sessions.Wish
        /// Only the account, without a device and its token.
        var inhibitsLogin: Bool
        var registrationToken: String?
        /// The address that was proved on the way.
        var addressProof: AddressProofs.Credentials?
        /// `Accept-Language`.
        var language: String?
        /// The access token of a guest who becomes a member under the same name.
        var guestToken: String?
    }

    private let accounts: Accounts
    private let sessions: Sessions
    let tokens: RegistrationTokens
    private let addresses: ContactAddresses?
    let authentication: InteractiveAuthentication
    let serviceAccounts: ServiceAccounts

    package init(
        accounts: Accounts, sessions: Sessions, tokens: RegistrationTokens,
        authentication: InteractiveAuthentication, services: ApplicationServices = .none,
        addresses: ContactAddresses? = nil
    ) {
        serviceAccounts = ServiceAccounts(
            services: services, journal: accounts.journal, sessions: sessions,
            serverName: accounts.configuration.serverName)
        self.addresses = addresses
        self.accounts = accounts
        self.sessions = sessions
        self.tokens = tokens
        self.authentication = authentication
    }

    /// What has to be shown before an account is made.
    var flows: [[AuthenticationStage]] {
        let first: [AuthenticationStage] = accounts.configuration.registration == .token ? [.registrationToken] : []
        let withAddress = first + [.emailIdentity]
        guard addresses != nil else { return [first.isEmpty ? [.dummy] : first] }
        return accounts.configuration.requiresAddress
            ? [withAddress] : [first.isEmpty ? [.dummy] : first, withAddress]
    }

    /// - Throws: `M_FORBIDDEN` when nobody may register.
    func requireOpen() throws {
        if accounts.configuration.registration == .closed {
            throw MatrixError.forbidden("Registration is closed; ask the administrator for an account")
        }
    }

    /// What can be said before the new member authenticates: whether name and password will do.
    /// - Throws: `M_INVALID_USERNAME`, `M_USER_IN_USE`, `M_WEAK_PASSWORD`.
    func check(name: String?, password: String?, guestToken: String?) async throws {
        if let name {
            let user = try accounts.userID(wanted: name)
            try serviceAccounts.services.requireMayMake(user, nil)
            if guestToken == nil, try await !accounts.isFree(user) { throw Accounts.userInUse() }
        }
        if let password { try accounts.check(password) }
    }

    /// Makes the account and, unless it is not wanted, logs in.
    /// - Throws: what `check` throws; `M_FORBIDDEN` when the registration token was used up meanwhile.
    func register(_ wish: Wish) async throws -> (user: UserID, opened: Sessions.Opened?) {
        let name = wish.name ?? Localpart.random(prefix: "member-")
        let user = try accounts.userID(wanted: name)
        try serviceAccounts.services.requireMayMake(user, nil)
        let guest = try await guest(wish.guestToken, upgradingTo: user)
        let hash = try await accounts.hash(wish.password)
        let opened = try await accounts.journal.write {
            [accounts, sessions, tokens, addresses] transaction -> Sessions.Opened? in
            if let token = wish.registrationToken { try tokens.consume(token, in: transaction) }
            if guest != nil {
                try Accounts.update(user, in: transaction) { account in
                    account.kind = .member
                    account.passwordHash = hash
                }
            } else {
                let account = StoredAccount(user: user, passwordHash: hash, kind: .member, created: transaction.now)
                try Accounts.insert(account, displayName: name, in: transaction)
            }
            try accounts.tellObservers(thatMade: user, in: transaction)
            if let proof = wish.addressProof {
                let proved = try AddressProofs.take(proof.id, secret: proof.secret, for: .register, in: transaction)
                try addresses?.insert(proved.address, of: user, language: wish.language, in: transaction)
            }
            if wish.inhibitsLogin { return nil }
            return try sessions.open(for: user, on: wish.device, in: transaction)
        }
        if guest != nil { sessions.changed(user) }
        if wish.addressProof != nil { addresses?.inserted() }
        if let opened { sessions.opened(opened) }
        return (user, opened)
    }

    /// Makes an account for somebody who only looks in.
    /// - Throws: `M_FORBIDDEN` when the server lets no guests in.
    func registerGuest(deviceName: String?) async throws -> Sessions.Opened {
        guard accounts.configuration.allowsGuests else { throw MatrixError.forbidden("This server lets no guests in") }
        let user = try accounts.userID(wanted: Localpart.random(prefix: "guest-"))
        return try await accounts.journal.write { [sessions] transaction in
            let account = StoredAccount(user: user, passwordHash: nil, kind: .guest, created: transaction.now)
            try Accounts.insert(account, displayName: nil, in: transaction)
            return try sessions.open(for: user, on: Sessions.Wish(name: deviceName), in: transaction)
        }
    }

    /// - Throws: `M_FORBIDDEN` when the token is not that guest's.
    private func guest(_ token: String?, upgradingTo user: UserID) async throws -> Session? {
        guard let token else { return nil }
        let session = try await sessions.session(forToken: token)
        guard session.isGuest, session.user == user else {
            throw MatrixError.forbidden("The guest access token belongs to another account")
        }
        return session
    }
}
