package import MatrixAPI
package import Store
import Synchronization

/// Members' accounts: making, listing, locking and closing them, and their passwords.
///
/// Used by registration, by members for their own account, and by the administrator's commands.
package final class Accounts: Sendable {
    let journal: Journal
    let sessions: Sessions
    let hasher: PasswordHasher
    let clock: WallClock
    package let configuration: AccountsConfiguration
    private let observers = Mutex<[any AccountObserver]>([])

    package init(
        configuration: AccountsConfiguration, journal: Journal, sessions: Sessions, hasher: PasswordHasher,
        clock: WallClock = .system
    ) {
        self.configuration = configuration
        self.journal = journal
        self.sessions = sessions
        self.hasher = hasher
        self.clock = clock
    }

    package func addObserver(_ observer: any AccountObserver) { observers.withLock { $0.append(observer) } }

    /// To be called in the transaction that makes a member's account.
    func tellObservers(thatMade user: UserID, in transaction: JournalTransaction) throws {
        for observer in observers.withLock({ $0 }) { try observer.accountMade(user, in: transaction) }
    }

    // MARK: Making

    /// Makes an account for a member, whoever may register.
    ///
    /// - Parameters:
    ///   - password: nil for an account that nobody can log in to until it gets one.
    ///   - displayName: nil for the name as it is given.
    /// - Throws: `M_INVALID_USERNAME`, `M_USER_IN_USE`, `M_WEAK_PASSWORD`.
    @discardableResult
    package func create(
        name: String, password: String?, isAdministrator: Bool = false, displayName: String? = nil
    ) async throws -> UserID {
        let user = try userID(wanted: name)
        let hash = try await hash(password)
        try await journal.write { [self] transaction in
            try Self.insert(
                StoredAccount(
                    user: user, passwordHash: hash, kind: isAdministrator ? .admin : .member,
                    created: transaction.now),
                displayName: displayName ?? name, in: transaction)
            try tellObservers(thatMade: user, in: transaction)
        }
        if isAdministrator { tellObserversOfAdministrators() }
        return user
    }

    /// - Throws: `M_INVALID_USERNAME`.
    package func userID(wanted name: String) throws -> UserID {
        try Localpart.userID(wanted: name, server: configuration.serverName)
    }

    /// Whether somebody could have that identifier.
    package func isFree(_ user: UserID) async throws -> Bool {
        try await journal.store.read { try $0.account(user) == nil }
    }

    /// - Throws: `M_USER_IN_USE`, also when the account with that name was closed: a name is never given twice.
    static func insert(_ account: StoredAccount, displayName: String?, in transaction: JournalTransaction) throws {
        guard try transaction.store.account(account.user) == nil else { throw userInUse() }
        try transaction.store.insertAccount(account)
        if let displayName, !displayName.isEmpty {
            try transaction.store.setProfileField(
                MemberProfile.displayNameKey, of: account.user, json: MemberProfile.encode(displayName))
        }
    }

    static func userInUse() -> MatrixError { MatrixError(400, .userInUse, "This user name is taken") }

    // MARK: Listing

    /// Accounts behind `after`, ordered by user, closed ones and guests included.
    package func list(after: UserID? = nil, limit: Int = 100) async throws -> [StoredAccount] {
        try await journal.store.read { try $0.accounts(after: after, limit: limit) }
    }

    /// nil when there is no such account.
    package func account(_ user: UserID) async throws -> StoredAccount? {
        try await journal.store.read { try $0.account(user) }
    }

    // MARK: Passwords

    /// - Throws: `M_WEAK_PASSWORD` when it is too short.
    package func check(_ password: String) throws {
        guard password.count >= configuration.minimumPasswordLength else {
            throw MatrixError(
                400, .weakPassword, "A password has at least \(configuration.minimumPasswordLength) characters")
        }
    }

    /// nil for nil.
    /// - Throws: `M_WEAK_PASSWORD` when it is too short.
    func hash(_ password: String?) async throws -> String? {
        guard let password else { return nil }
        try check(password)
        return try await hasher.hash(password)
    }

    /// Sets the password.
    ///
    /// - Parameters:
    ///   - endsSessions: whether the member's devices are deleted, all but `device`.
    /// - Throws: `M_WEAK_PASSWORD`; `M_NOT_FOUND` when there is no such account, or it was closed.
    package func setPassword(
        of user: UserID, to password: String, endsSessions: Bool = true, except device: DeviceID? = nil
    ) async throws {
        let hash = try await hash(password)
        let ended = try await journal.write { transaction in
            try Self.update(user, in: transaction) { $0.passwordHash = hash }
            guard endsSessions else { return Set<DeviceID>() }
            let others = try transaction.store.devices(of: user).map(\.id).filter { $0 != device }
            return try transaction.deleteDevices(others, of: user)
        }
        if !ended.isEmpty { sessions.ended(user, devices: ended) }
    }

    // MARK: Locking

    /// Locks the account, so that its member can do nothing and log in nowhere, or unlocks it. Nothing is lost:
    /// devices stay, and go on once it is unlocked.
    /// - Throws: `M_NOT_FOUND` when there is no such account, or it was closed.
    package func setLocked(_ isLocked: Bool, _ user: UserID) async throws {
        try await journal.write { transaction in
            try Self.update(user, in: transaction) { $0.isLocked = isLocked }
        }
        sessions.ended(user, devices: nil)
    }

    /// Suspends the account, so that its member can look but not act, or ends that.
    /// - Throws: `M_NOT_FOUND` when there is no such account, or it was closed.
    package func setSuspended(_ isSuspended: Bool, _ user: UserID) async throws {
        try await journal.write { transaction in
            try Self.update(user, in: transaction) { $0.isSuspended = isSuspended }
        }
        sessions.changed(user)
    }

    /// Makes the member an administrator, or an ordinary member again.
    /// - Throws: `M_NOT_FOUND` when there is no such account, or it was closed.
    package func setAdministrator(_ isAdministrator: Bool, _ user: UserID) async throws {
        try await journal.write { transaction in
            try Self.update(user, in: transaction) { $0.kind = isAdministrator ? .admin : .member }
        }
        sessions.changed(user)
        tellObserversOfAdministrators()
    }

    private func tellObserversOfAdministrators() {
        for observer in observers.withLock({ $0 }) { observer.administratorsChanged() }
    }

    static func update(
        _ user: UserID, in transaction: JournalTransaction, _ change: (inout StoredAccount) -> Void
    ) throws {
        guard var account = try transaction.store.account(user), !account.isDeactivated else {
            throw MatrixError.notFound("There is no such account")
        }
        change(&account)
        try transaction.store.updateAccount(account)
    }
}
