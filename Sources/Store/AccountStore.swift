package import MatrixAPI

package enum AccountKind: String, Sendable, CaseIterable {
    case member, guest, admin
}

package struct StoredAccount: Hashable, Sendable {
    package let user: UserID
    /// The encoded hash with its parameters; nil when the account has no password.
    package var passwordHash: String?
    package var kind: AccountKind
    /// Milliseconds since 1970, UTC.
    package let created: Int64
    package var isDeactivated: Bool
    package var isLocked: Bool
    /// Whether the member may look but not act, until an administrator says otherwise.
    package var isSuspended: Bool
    /// Whether the user asked for their messages to be hidden from new members when deactivating.
    package var isErased: Bool

    package init(
        user: UserID, passwordHash: String?, kind: AccountKind, created: Int64, isDeactivated: Bool = false,
        isLocked: Bool = false, isErased: Bool = false, isSuspended: Bool = false
    ) {
        self.user = user
        self.passwordHash = passwordHash
        self.kind = kind
        self.created = created
        self.isDeactivated = isDeactivated
        self.isLocked = isLocked
        self.isSuspended = isSuspended
        self.isErased = isErased
    }
}

package protocol AccountReading {
    func account(_ user: UserID) throws(StoreError) -> StoredAccount?

    /// All accounts behind `after`, ordered by user.
    func accounts(after: UserID?, limit: Int) throws(StoreError) -> [StoredAccount]

    /// How many accounts there are that are not deactivated; of one kind, or of all (nil).
    func accountCount(kind: AccountKind?) throws(StoreError) -> Int
}

package protocol AccountWriting {
    /// ``StoreError/constraint(_:)`` when the user has an account, also a deactivated one.
    func insertAccount(_ account: StoredAccount) throws(StoreError)

    /// Replaces everything but the time of creation. Does nothing when there is no such account.
    func updateAccount(_ account: StoredAccount) throws(StoreError)
}

package protocol ProfileReading {
    /// One field, as JSON.
    func profileField(_ key: String, of user: UserID) throws(StoreError) -> [UInt8]?

    /// All fields, as JSON.
    func profile(of user: UserID) throws(StoreError) -> [String: [UInt8]]
}

package protocol ProfileWriting {
    /// Sets a field of the profile (`displayname`, `avatar_url`, others); `json` nil removes it. The member directory
    /// finds the account by the new `displayname` from then on.
    func setProfileField(_ key: String, of user: UserID, json: [UInt8]?) throws(StoreError)
}
