import COpenSSL
import EventLoop
import JSON
import MatrixAPI
import Outbound
import Store

/// Proofs that an address of mail is somebody's: a mail with a link goes there, and whoever follows it had the mail.
///
/// Whether an address belongs to an account is told to nobody but whoever reads its mail: the answer and the work are
/// the same either way, and the mail says what is the case. Of the tokens in the mails the store has the hashes; they are
/// good for an hour and once.
///
/// Source: Client-Server API, "Account Administrative Contact Information"; here the server itself does what the
/// specification leaves to an identity server.
package final class AddressProofs: Sendable {
    /// What a client asks for.
    struct Wish: Sendable {
        let address: MailAddress
        let secret: String
        let attempt: Int64
        let nextLink: String?
        /// `Accept-Language`.
        let languages: String?
    }

    /// By what a client refers to a proof.
    struct Credentials: Sendable {
        let id: String
        let secret: String
        let address: String
    }

    /// What a confirmed link was for.
    struct Confirmed: Sendable {
        let purpose: AddressPurpose
        let address: String
        let nextLink: String?
    }

    /// Milliseconds.
    private static let lifetime: Int64 = 3_600_000
    static let path = "/_mado/v1/mail/confirm"

    private let journal: Journal
    private let post: MailPost
    private let limiter: RateLimiter
    private let clock: WallClock
    private let serverName: String
    private let publicURL: String

    /// - Parameter publicURL: how browsers reach this server.
    package init(
        journal: Journal, post: MailPost, limiter: RateLimiter, clock: WallClock = .system, serverName: String,
        publicURL: String
    ) {
        self.journal = journal
        self.post = post
        self.limiter = limiter
        self.clock = clock
        self.serverName = serverName
        self.publicURL = publicURL
    }

    // MARK: Asking

    /// Sends a mail, unless this attempt of the client's was answered before.
    /// - Parameter now: monotonic, for the limits.
    /// - Returns: the identifier by which the client refers to the proof.
    /// - Throws: `M_LIMIT_EXCEEDED` after too many for one address.
    func request(_ purpose: AddressPurpose, _ wish: Wish, now: MonotonicTime) async throws -> String {
        try limiter.take(.mail, by: wish.address.description, now: now)
        let token = RandomBytes.token(32)
        let secret = TokenHash(of: wish.secret)
        let address = wish.address.description
        let (id, isNew, owner) = try await journal.write { transaction in
            let store = transaction.store
            try store.deleteAddressProofs(expiredBefore: transaction.now)
            let owner = try store.contactAddress(address)?.user
            let known = try store.addressProof(address, purpose: purpose.rawValue, secret: secret)
            if let known, known.attempt >= wish.attempt { return (known.id, false, owner) }
            let isProvable = (owner != nil) == (purpose == .password)
            let proof = StoredAddressProof(
                id: known?.id ?? RandomBytes.token(18), secret: secret, address: address, purpose: purpose.rawValue,
                token: isProvable ? TokenHash(of: token) : nil, attempt: wish.attempt,
                expires: transaction.now + Self.lifetime, nextLink: wish.nextLink)
            try store.setAddressProof(proof)
            return (proof.id, true, owner)
        }
        // Behind the answer, which must not tell by its time whether there is something to write.
        if isNew { Task { post(purpose, wish, token: token, id: id, hasOwner: owner != nil) } }
        return id
    }

    private func post(_ purpose: AddressPurpose, _ wish: Wish, token: String, id: String, hasOwner: Bool) {
        let texts = MailTexts(for: wish.languages, serverName: serverName)
        let identifier = "proof.\(id).\(wish.attempt)"
        if hasOwner != (purpose == .password) {
            // Mail to addresses of strangers, who asked for nothing, would be the server's to answer for.
            if purpose == .password { return }
            post.post(MailLayout.message(to: wish.address, texts.alreadyKnown, identifier: identifier))
            return
        }
        let link = "\(publicURL)\(Self.path)?sid=\(id)&token=\(token)"
        post.post(MailLayout.message(to: wish.address, texts.confirm(purpose), link: link, identifier: identifier))
    }

    // MARK: Confirming

    /// What a link is for; nil when it is good for nothing, or not any more.
    func purpose(of id: String, token: String) async throws -> Confirmed? {
        let now = clock.now
        return try await journal.store.read { reader in try Self.find(id, token, now, reader).map(\.confirmed) }
    }

    /// Notes that the mail arrived. The token is then good for nothing.
    func confirm(_ id: String, token: String) async throws -> Confirmed? {
        try await journal.write { transaction in
            guard let (proof, confirmed) = try Self.find(id, token, transaction.now, transaction.store) else {
                return nil
            }
            var proven = proof
            proven.token = nil
            proven.validated = transaction.now
            proven.expires = transaction.now + Self.lifetime
            try transaction.store.setAddressProof(proven)
            return confirmed
        }
    }

    private static func find(
        _ id: String, _ token: String, _ now: Int64, _ reader: some ContactAddressReading
    ) throws -> (proof: StoredAddressProof, confirmed: Confirmed)? {
        guard let proof = try reader.addressProof(id), proof.expires > now, let hash = proof.token,
            equal(hash.bytes, TokenHash(of: token).bytes), let purpose = AddressPurpose(rawValue: proof.purpose)
        else { return nil }
        return (proof, Confirmed(purpose: purpose, address: proof.address, nextLink: proof.nextLink))
    }

    // MARK: Using

    /// The address that was proved.
    /// - Throws: `M_THREEPID_AUTH_FAILED` when it was not, or not for this purpose, or is too long ago.
    func address(_ id: String, secret: String, for purpose: AddressPurpose) async throws -> String {
        let now = clock.now
        return try await journal.store.read { reader in
            try Self.proof(id, secret, purpose, now, reader).address
        }
    }

    /// The same, and the proof is used up.
    static func take(
        _ id: String, secret: String, for purpose: AddressPurpose, in transaction: JournalTransaction
    ) throws -> StoredAddressProof {
        let proof = try proof(id, secret, purpose, transaction.now, transaction.store)
        try transaction.store.deleteAddressProof(id)
        return proof
    }

    private static func proof(
        _ id: String, _ secret: String, _ purpose: AddressPurpose, _ now: Int64, _ reader: some ContactAddressReading
    ) throws -> StoredAddressProof {
        guard let proof = try reader.addressProof(id), proof.expires > now, proof.validated != nil,
            proof.purpose == purpose.rawValue, equal(proof.secret.bytes, TokenHash(of: secret).bytes)
        else { throw notProved }
        return proof
    }

    private static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }

    private static let notProved = MatrixError(
        400, .threepidAuthFailed, "The address was not confirmed by the link in the mail")
}
