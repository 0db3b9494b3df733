package import EventLoop
import HTTP
import JSON
import MatrixAPI
package import Outbound
import Store
import Synchronization

/// Invites of people who have an address and no account yet, or none that the inviter knows.
///
/// The room gets an `m.room.third_party_invite`, the address a mail. Whoever proves the address (by an account that is
/// made with it, or by adding it to one) is invited then, in the transaction that keeps the proof. There is no identity
/// server: what the specification has it sign, this server signs itself.
///
/// Source: Client-Server API, "Third-party invites".
package final class MailInvites: Sendable {
    private static let secretName = "mail_invites"
    static let keyPath = "/_mado/v1/mail/key"
    /// How often unsent mail is looked for.
    private static let interval = Duration.seconds(60)
    private static let batch = 20
    /// How long mail that is refused for the moment is tried again, in milliseconds.
    private static let longestTrial: Int64 = 3 * 86_400_000

    private let journal: Journal
    private let client: MailClient
    private let loop: EventLoop
    private let limiter: RateLimiter
    private let clock: WallClock
    private let serverName: String
    private let publicURL: String
    private let isSending = Mutex(false)

    package init(
        journal: Journal, client: MailClient, loop: EventLoop, limiter: RateLimiter, clock: WallClock = .system,
        serverName: String, publicURL: String
    ) {
        self.journal = journal
        self.client = client
        self.loop = loop
        self.limiter = limiter
        self.clock = clock
        self.serverName = serverName
        self.publicURL = publicURL
    }

    /// Sends what is unsent, now and from time to time; goes on as long as this object is there.
    package func start() {
        Task { [weak self] in await self?.send() }
        _ = loop.schedule(after: Self.interval) { [weak self] in self?.start() }
    }

    // MARK: Inviting

    /// Invites whoever has the address: at once where that is a member's, else by mail.
    /// - Throws: what the room's rules say; `M_LIMIT_EXCEEDED` after too many for one address.
    func invite(_ address: MailAddress, to room: RoomID, by inviter: UserID, now: MonotonicTime) async throws {
        try limiter.take(.mail, by: address.description, now: now)
        let timestamp = clock.now
        try await journal.write { [self] transaction in
            try invite(address, to: room, by: inviter, at: timestamp, in: transaction)
        }
        wake()
    }

    /// The same as part of something larger. `wake` must follow when that is durable.
    func invite(
        _ address: MailAddress, to room: RoomID, by inviter: UserID, at timestamp: Int64,
        in transaction: JournalTransaction
    ) throws {
        if let owner = try transaction.store.contactAddress(address.description)?.user {
            try transaction.change(
                MembershipChange(of: owner, to: .invite, by: inviter), in: room, at: timestamp)
            return
        }
        let key = Ed25519.publicKey(of: try Self.key(in: transaction))
        let token = RandomBytes.token(24)
        let content = JSONWriter.object { content in
            content.member("display_name", Self.obscured(address))
            content.member("key_validity_url", publicURL + Self.keyPath)
            content.member("public_key", key)
            content.array("public_keys") { keys in
                keys.object { object in
                    object.member("public_key", key)
                    object.member("key_validity_url", publicURL + Self.keyPath)
                }
            }
        }
        try transaction.append(
            try EventDraft(
                room: room, type: "m.room.third_party_invite", stateKey: token, sender: inviter,
                content: try JSONValue.stored(content), timestamp: timestamp), to: room)
        try transaction.store.insertMailInvite(
            StoredMailInvite(
                token: token, room: room, inviter: inviter, address: address.description, created: timestamp))
    }

    func wake() { Task { [weak self] in await self?.send() } }

    /// What the room's members see of an address: enough for those who know it, `h…@e….org`.
    static func obscured(_ address: MailAddress) -> String {
        let parts = address.description.split(separator: "@")
        let labels = (parts.last ?? "").split(separator: ".")
        let domain = labels.enumerated().map { index, label in
            index == labels.count - 1 ? String(label) : label.prefix(1) + "…"
        }.joined(separator: ".")
        return "\((parts.first ?? "").prefix(1))…@\(domain)"
    }

    // MARK: Proving

    /// Invites a member who proved the address into all the rooms that it was invited to.
    func fulfil(_ address: String, _ user: UserID, in transaction: JournalTransaction) throws {
        for invite in try transaction.store.mailInvites(for: address) {
            try transaction.store.deleteMailInvite(invite.token)
            guard let room = try transaction.room(invite.room),
                let original = room.stateEvent(StateKey("m.room.third_party_invite", invite.token)),
                let name = original.content["display_name"]?.string, original.content["public_key"] != nil,
                room.membership(of: user) != .join
            else { continue }
            // The rules may refuse it (a ban); the others still count.
            do {
                try append(invite, name, user, in: transaction)
            } catch is MatrixError { continue }
        }
    }

    private func append(
        _ invite: StoredMailInvite, _ name: String, _ user: UserID, in transaction: JournalTransaction
    ) throws {
        let signed = try JSONValue.stored(
            JSONWriter.object { object in
                object.member("mxid", user.string)
                object.member("token", invite.token)
            }
        ).canonical()
        let signature = Ed25519.sign(signed, with: try Self.key(in: transaction))
        let profile = try transaction.store.profile(of: user)
        let content = JSONWriter.object { content in
            content.member("membership", Membership.invite.rawValue)
            for field in ["displayname", "avatar_url"] {
                if let value = profile[field] { content.member(field, RawJSON(value)) }
            }
            content.object("third_party_invite") { object in
                object.member("display_name", name)
                object.object("signed") { signed in
                    signed.member("mxid", user.string)
                    signed.member("token", invite.token)
                    signed.object("signatures") { $0.object(serverName) { $0.member("ed25519:0", signature) } }
                }
            }
        }
        try transaction.append(
            try EventDraft(
                room: invite.room, type: "m.room.member", stateKey: user.string, sender: invite.inviter,
                content: try JSONValue.stored(content), timestamp: transaction.now), to: invite.room,
            context: AuthorisationContext(thirdPartySignatureIsValid: true))
    }

    private static func key(in transaction: JournalTransaction) throws -> [UInt8] {
        if let key = try transaction.store.serverSecret(secretName) { return key }
        let key = Ed25519.makeKey()
        try transaction.store.setServerSecret(key, name: secretName)
        return key
    }

    /// Whether a public key is the one that invites are signed with.
    func isValid(_ key: String) async throws -> Bool {
        try await journal.store.read { reader in
            try reader.serverSecret(Self.secretName).map { Ed25519.publicKey(of: $0) == key } ?? false
        }
    }

    // MARK: Mail

    private func send() async {
        guard
            isSending.withLock({ isSending in
                defer { isSending = true }
                return !isSending
            })
        else { return }
        defer { isSending.withLock { $0 = false } }
        // One that cannot be sent now keeps no other back; where none of a batch can, the server is to blame, and the
        // next pass tries again.
        var failed: Set<String> = []
        while let unsent = try? await journal.store.read({ [failed] reader in
            try reader.unsentMailInvites(limit: Self.batch + failed.count)
        }) {
            let invites = unsent.filter { !failed.contains($0.token) }
            var hasSent = false
            for invite in invites {
                if (try? await send(invite)) != nil { hasSent = true } else { failed.insert(invite.token) }
            }
            guard hasSent else { return }
        }
    }

    /// - Throws: what will be tried again.
    private func send(_ invite: StoredMailInvite) async throws {
        let (inviter, name) = try await journal.store.read { [journal] reader in
            let room = try journal.room(invite.room, reader)
            let inviter = room?.members[invite.inviter]?.content["displayname"]?.string ?? invite.inviter.string
            return (inviter, room?.text("m.room.name", "name"))
        }
        if let address = MailAddress(invite.address) {
            let words = MailTexts(for: nil, serverName: serverName).invite(by: inviter, to: name)
            let message = MailLayout.message(
                to: address, words, link: publicURL + "/", identifier: "invite.\(invite.token)")
            do throws(MailError) {
                try await client.send(message, now: clock.now)
            } catch {
                // What will never be taken is not sent for ever; the room shows the invite all the same.
                if case .temporary = error, clock.now - invite.created < Self.longestTrial { throw error }
            }
        }
        try await journal.write { try $0.store.setMailInviteSent(invite.token) }
    }
}

extension MailInvites: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        // What `key_validity_url` leads to. Source: Identity Service API, `GET …/pubkey/isvalid`.
        routes.add(.get, Self.keyPath, authentication: .none) { [self] request in
            let isValid = try await isValid(request.query("public_key") ?? "")
            return .object { $0.member("valid", isValid) }
        }
    }
}
