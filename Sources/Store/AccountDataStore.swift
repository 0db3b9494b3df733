package import MatrixAPI

/// A piece of a user's account data.
///
/// Source: Client-Server API, "Client Config".
package struct StoredAccountData: Hashable, Sendable {
    package let user: UserID
    /// nil for global account data.
    package let room: RoomID?
    package let type: String
    /// The content. `{}` once it was deleted.
    package let json: [UInt8]
    package let position: Int64
    /// Whether the client deleted it: to be told to the user's devices, and then as if it were not there.
    package let isDeleted: Bool

    package init(
        user: UserID, room: RoomID?, type: String, json: [UInt8], position: Int64, isDeleted: Bool = false
    ) {
        self.user = user
        self.room = room
        self.type = type
        self.json = json
        self.position = position
        self.isDeleted = isDeleted
    }
}

package protocol AccountDataReading {
    /// One piece, deleted or not. `room` nil is global.
    func accountData(of user: UserID, room: RoomID?, type: String) throws(StoreError) -> StoredAccountData?

    /// All pieces of one room or all global ones (`room` nil), deleted ones left out, ordered by type.
    func accountData(of user: UserID, room: RoomID?) throws(StoreError) -> [StoredAccountData]

    /// What changed in (`after`, `through`], global and of all rooms, deleted ones included, ordered by position.
    func accountData(of user: UserID, after: Int64, through: Int64) throws(StoreError) -> [StoredAccountData]
}

package protocol AccountDataWriting {
    /// Sets or replaces one piece; a deletion is a piece with `isDeleted`.
    func setAccountData(_ data: StoredAccountData) throws(StoreError)
}
