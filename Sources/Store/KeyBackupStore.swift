package import MatrixAPI

/// A version of a user's key backup.
///
/// Source: Client-Server API, "Server-side key backups".
package struct StoredKeyBackupVersion: Hashable, Sendable {
    package let user: UserID
    /// Counts up for each user and is never used again.
    package let version: Int64
    package let algorithm: String
    package let authData: [UInt8]
    /// Changes with each change of the sessions.
    package let etag: Int64
    /// How many sessions it holds.
    package let count: Int

    package init(user: UserID, version: Int64, algorithm: String, authData: [UInt8], etag: Int64, count: Int) {
        self.user = user
        self.version = version
        self.algorithm = algorithm
        self.authData = authData
        self.etag = etag
        self.count = count
    }
}

/// A session in a backup.
package struct StoredBackupSession: Hashable, Sendable {
    package let room: RoomID
    package let session: String
    /// The `KeyBackupData` object.
    package let json: [UInt8]

    package init(room: RoomID, session: String, json: [UInt8]) {
        self.room = room
        self.session = session
        self.json = json
    }
}

/// Which sessions of a backup are meant.
package enum KeyBackupScope: Hashable, Sendable {
    case all
    case room(RoomID)
    case session(RoomID, String)
}

package protocol KeyBackupReading {
    /// A version that was not deleted; `version` nil is the newest such.
    func keyBackupVersion(_ version: Int64?, of user: UserID) throws(StoreError) -> StoredKeyBackupVersion?

    /// Ordered by room and session.
    func backupSessions(_ scope: KeyBackupScope, of user: UserID, version: Int64)
        throws(StoreError) -> [StoredBackupSession]
}

package protocol KeyBackupWriting {
    /// Makes the next version, empty; its number.
    func insertKeyBackupVersion(of user: UserID, algorithm: String, authData: [UInt8]) throws(StoreError) -> Int64

    func setKeyBackupAuthData(_ authData: [UInt8], of user: UserID, version: Int64) throws(StoreError)

    /// Deletes the version and its sessions. Whether it was there.
    @discardableResult
    func deleteKeyBackupVersion(_ version: Int64, of user: UserID) throws(StoreError) -> Bool

    /// Adds or replaces sessions, whichever is better being the caller's business; etag and count follow.
    func setBackupSessions(_ sessions: [StoredBackupSession], of user: UserID, version: Int64) throws(StoreError)

    /// Deletes sessions; etag and count follow. How many there were.
    @discardableResult
    func deleteBackupSessions(_ scope: KeyBackupScope, of user: UserID, version: Int64) throws(StoreError) -> Int
}
