import JSON
import MatrixAPI
import Outbound
import Store

/// Members' addresses of mail: adding them once they are proved, taking them away, and what they are good for.
///
/// Source: Client-Server API, "Account Administrative Contact Information".
package final class ContactAddresses: Sendable {
    /// Of one member.
    private static let maximumCount = 10

    let journal: Journal
    let proofs: AddressProofs
    let authentication: InteractiveAuthentication
    let accounts: Accounts
    private let invites: MailInvites
    private let pushers: Pushers
    private let sendsDigests: Bool

    /// - Parameter sendsDigests: whether a member who adds an address gets there what they missed.
    package init(
        journal: Journal, proofs: AddressProofs, authentication: InteractiveAuthentication, accounts: Accounts,
        invites: MailInvites, pushers: Pushers, sendsDigests: Bool
    ) {
        self.journal = journal
        self.proofs = proofs
        self.authentication = authentication
        self.accounts = accounts
        self.invites = invites
        self.pushers = pushers
        self.sendsDigests = sendsDigests
    }

    func all(of user: UserID) async throws -> [StoredContactAddress] {
        try await journal.store.read { try $0.contactAddresses(of: user) }
    }

    /// Adds an address that was proved.
    /// - Throws: `M_THREEPID_AUTH_FAILED`, `M_THREEPID_IN_USE`, `M_LIMIT_EXCEEDED`.
    func add(_ proof: String, secret: String, to user: UserID, language: String?) async throws {
        let added = try await journal.write { [self] transaction in
            let address = try AddressProofs.take(proof, secret: secret, for: .add, in: transaction).address
            guard try transaction.store.contactAddresses(of: user).count < Self.maximumCount else {
                throw MatrixError(400, .limitExceeded, "A member has at most \(Self.maximumCount) addresses")
            }
            return try insert(address, of: user, language: language, in: transaction)
        }
        if added { pushers.changed() }
    }

    /// Adds it, with the mail that goes there, and makes the invites that wait for it real.
    /// - Returns: whether it is new.
    @discardableResult
    func insert(
        _ address: String, of user: UserID, language: String?, in transaction: JournalTransaction
    ) throws -> Bool {
        if let known = try transaction.store.contactAddress(address) {
            if known.user == user { return false }
            throw MatrixError(400, .threepidInUse, "The address belongs to another account")
        }
        let now = transaction.now
        try transaction.store.insertContactAddress(
            StoredContactAddress(address: address, user: user, validated: now, added: now))
        if sendsDigests {
            try transaction.store.setPusher(
                Pushers.mailPusher(to: address, of: user, language: language ?? "en", data: nil, in: transaction))
        }
        try invites.fulfil(address, user, in: transaction)
        return true
    }

    /// To be called when what `insert` did is durable.
    func inserted() { pushers.changed() }

    /// Takes the address away, and the mail that goes there; one that is not there does not matter.
    func remove(_ address: String, of user: UserID) async throws {
        try await journal.write { transaction in
            guard try transaction.store.deleteContactAddress(address, of: user) else { return }
            for pusher in try transaction.store.pushers(of: user)
            where pusher.kind == Pushers.mailKind && pusher.pushkey == address {
                _ = try transaction.store.deletePusher(pusher.id)
            }
        }
        pushers.changed()
    }

    /// The account that a proved address belongs to.
    /// - Throws: `M_FORBIDDEN` when it belongs to none any more.
    func owner(of address: String) async throws -> UserID {
        guard let owner = try await journal.store.read({ try $0.contactAddress(address)?.user }) else {
            throw MatrixError.forbidden("The address belongs to no account")
        }
        return owner
    }
}
