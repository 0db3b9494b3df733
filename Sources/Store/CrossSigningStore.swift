package import MatrixAPI

/// A signature that somebody made on a key of a user.
package struct StoredKeySignature: Hashable, Sendable {
    /// Whose key was signed.
    package let targetUser: UserID
    /// The device whose keys were signed, or the public part of the cross-signing key.
    package let targetKey: String
    package let signer: UserID
    /// `ed25519:…`, the signer's key.
    package let signerKeyID: String
    package let signature: String

    package init(targetUser: UserID, targetKey: String, signer: UserID, signerKeyID: String, signature: String) {
        self.targetUser = targetUser
        self.targetKey = targetKey
        self.signer = signer
        self.signerKeyID = signerKeyID
        self.signature = signature
    }
}

/// Source: Client-Server API, "Cross-signing".
package protocol CrossSigningReading {
    /// The keys of a user by usage (`master`, `self_signing`, `user_signing`), as they were uploaded.
    func crossSigningKeys(of user: UserID) throws(StoreError) -> [String: [UInt8]]

    /// Signatures on the user's keys that were uploaded apart from the keys, by anybody.
    func keySignatures(of user: UserID) throws(StoreError) -> [StoredKeySignature]
}

package protocol CrossSigningWriting {
    /// Sets or replaces the key of this usage.
    func setCrossSigningKey(_ json: [UInt8], usage: String, of user: UserID) throws(StoreError)
    /// Adds or replaces a signature.
    func setKeySignature(_ signature: StoredKeySignature) throws(StoreError)
    /// Deletes all signatures on one key of the user.
    func deleteKeySignatures(of user: UserID, targetKey: String) throws(StoreError)
}
