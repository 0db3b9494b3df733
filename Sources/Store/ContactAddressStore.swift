package import MatrixAPI

/// An address of mail that a member has proved to be theirs.
///
/// Source: Client-Server API, "Adding Account Administrative Contact Information".
package struct StoredContactAddress: Hashable, Sendable {
    /// In lower case.
    package let address: String
    package let user: UserID
    /// Milliseconds since 1970, UTC.
    package let validated: Int64
    package let added: Int64

    package init(address: String, user: UserID, validated: Int64, added: Int64) {
        self.address = address
        self.user = user
        self.validated = validated
        self.added = added
    }
}

/// A proof of an address that somebody asked for.
package struct StoredAddressProof: Hashable, Sendable {
    package let id: String
    /// Of the secret that the client made up.
    package let secret: TokenHash
    package let address: String
    /// What it is to be used for, and for nothing else.
    package let purpose: String
    /// Of the token in the mail; nil when no mail with one was sent.
    package var token: TokenHash?
    /// Which of the client's attempts was answered last.
    package var attempt: Int64
    /// Milliseconds since 1970, UTC.
    package var expires: Int64
    /// When it was shown that the mail arrived; nil until then.
    package var validated: Int64?
    /// Where a browser is sent then.
    package let nextLink: String?

    package init(
        id: String, secret: TokenHash, address: String, purpose: String, token: TokenHash?, attempt: Int64,
        expires: Int64, validated: Int64? = nil, nextLink: String?
    ) {
        self.id = id
        self.secret = secret
        self.address = address
        self.purpose = purpose
        self.token = token
        self.attempt = attempt
        self.expires = expires
        self.validated = validated
        self.nextLink = nextLink
    }
}

/// An invite to a room of whoever has an address.
package struct StoredMailInvite: Hashable, Sendable {
    /// The state key of the room's `m.room.third_party_invite`.
    package let token: String
    package let room: RoomID
    package let inviter: UserID
    package let address: String
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(token: String, room: RoomID, inviter: UserID, address: String, created: Int64) {
        self.token = token
        self.room = room
        self.inviter = inviter
        self.address = address
        self.created = created
    }
}

package protocol ContactAddressReading {
    /// In the order in which they were added.
    func contactAddresses(of user: UserID) throws(StoreError) -> [StoredContactAddress]
    func contactAddress(_ address: String) throws(StoreError) -> StoredContactAddress?
    func addressProof(_ id: String) throws(StoreError) -> StoredAddressProof?
    /// The one that the same client asked for before.
    func addressProof(_ address: String, purpose: String, secret: TokenHash) throws(StoreError) -> StoredAddressProof?
    func mailInvites(for address: String) throws(StoreError) -> [StoredMailInvite]
    /// Those whose mail was not sent yet, oldest first.
    func unsentMailInvites(limit: Int) throws(StoreError) -> [StoredMailInvite]
}

package protocol ContactAddressWriting {
    /// ``StoreError/constraint(_:)`` when somebody has the address.
    func insertContactAddress(_ address: StoredContactAddress) throws(StoreError)
    /// Whether the member had it.
    func deleteContactAddress(_ address: String, of user: UserID) throws(StoreError) -> Bool
    /// Adds or replaces it.
    func setAddressProof(_ proof: StoredAddressProof) throws(StoreError)
    func deleteAddressProof(_ id: String) throws(StoreError)
    func deleteAddressProofs(expiredBefore time: Int64) throws(StoreError)
    func insertMailInvite(_ invite: StoredMailInvite) throws(StoreError)
    func setMailInviteSent(_ token: String) throws(StoreError)
    func deleteMailInvite(_ token: String) throws(StoreError)
}
