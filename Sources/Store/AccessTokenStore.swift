package import MatrixAPI

/// The SHA-256 of a token, 32 bytes: what is kept instead of it.
package struct TokenHash: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

package struct StoredAccessToken: Hashable, Sendable {
    package let hash: TokenHash
    package let user: UserID
    package let device: DeviceID
    /// Milliseconds since 1970, UTC; nil when it does not expire.
    package let expires: Int64?
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(hash: TokenHash, user: UserID, device: DeviceID, expires: Int64?, created: Int64) {
        self.hash = hash
        self.user = user
        self.device = device
        self.expires = expires
        self.created = created
    }
}

/// Source: Client-Server API, "Refreshing access tokens".
package struct StoredRefreshToken: Hashable, Sendable {
    package let hash: TokenHash
    package let user: UserID
    package let device: DeviceID
    /// The access token that was given out with it.
    package let accessHash: TokenHash
    /// Whether it was exchanged for its successor.
    package let isUsed: Bool

    package init(hash: TokenHash, user: UserID, device: DeviceID, accessHash: TokenHash, isUsed: Bool = false) {
        self.hash = hash
        self.user = user
        self.device = device
        self.accessHash = accessHash
        self.isUsed = isUsed
    }
}

package protocol AccessTokenReading {
    /// The token with this hash, expired or not.
    func accessToken(_ hash: TokenHash) throws(StoreError) -> StoredAccessToken?
    func accessTokens(of user: UserID) throws(StoreError) -> [StoredAccessToken]
    func refreshToken(_ hash: TokenHash) throws(StoreError) -> StoredRefreshToken?
    /// All refresh tokens of a device, used ones included.
    func refreshTokens(of user: UserID, device: DeviceID) throws(StoreError) -> [StoredRefreshToken]
}

package protocol AccessTokenWriting {
    func insertAccessToken(_ token: StoredAccessToken) throws(StoreError)
    func deleteAccessToken(_ hash: TokenHash) throws(StoreError)
    /// Deletes access and refresh tokens of a device, or of all the user's devices (`device` nil).
    func deleteTokens(of user: UserID, device: DeviceID?) throws(StoreError)
    func insertRefreshToken(_ token: StoredRefreshToken) throws(StoreError)
    func markRefreshTokenUsed(_ hash: TokenHash) throws(StoreError)
    func deleteRefreshToken(_ hash: TokenHash) throws(StoreError)
}
