package import MatrixAPI

/// A room as the store knows it; its state is in its events.
package struct StoredRoom: Hashable, Sendable {
    package let id: RoomID
    package let version: String
    package let creator: UserID
    /// Milliseconds since 1970, UTC.
    package let created: Int64
    /// Whether the room directory lists it.
    package let isPublic: Bool

    package init(id: RoomID, version: String, creator: UserID, created: Int64, isPublic: Bool) {
        self.id = id
        self.version = version
        self.creator = creator
        self.created = created
        self.isPublic = isPublic
    }
}

/// An entry of the room directory. Entries are ordered by joined members, most first, then by room.
package struct DirectoryRoom: Hashable, Sendable {
    package let id: RoomID
    package let joinedMembers: Int

    package init(id: RoomID, joinedMembers: Int) {
        self.id = id
        self.joinedMembers = joinedMembers
    }
}

package protocol RoomReading {
    func room(_ id: RoomID) throws(StoreError) -> StoredRoom?

    /// Rooms behind `after` (nil: from the beginning), ordered by identifier.
    func rooms(after: RoomID?, limit: Int) throws(StoreError) -> [StoredRoom]

    func roomCount() throws(StoreError) -> Int

    /// A page of the room directory: entries that come behind `after` in its order.
    func publicRooms(after: DirectoryRoom?, limit: Int) throws(StoreError) -> [DirectoryRoom]

    /// How many rooms the directory lists.
    func publicRoomCount() throws(StoreError) -> Int
}

package protocol RoomWriting {
    func insertRoom(_ room: StoredRoom) throws(StoreError)

    /// Lists the room in the directory or takes it out.
    func setPublic(_ isPublic: Bool, room: RoomID) throws(StoreError)
}

/// An alias and the room that it leads to.
package struct StoredRoomAlias: Hashable, Sendable {
    package let alias: RoomAlias
    package let room: RoomID
    package let creator: UserID

    package init(alias: RoomAlias, room: RoomID, creator: UserID) {
        self.alias = alias
        self.room = room
        self.creator = creator
    }
}

package protocol RoomAliasReading {
    func alias(_ alias: RoomAlias) throws(StoreError) -> StoredRoomAlias?
    /// The room's aliases, ordered.
    func aliases(of room: RoomID) throws(StoreError) -> [RoomAlias]
}

package protocol RoomAliasWriting {
    /// ``StoreError/constraint(_:)`` when the alias is taken.
    func insertAlias(_ alias: StoredRoomAlias) throws(StoreError)
    /// Whether the alias was there.
    @discardableResult
    func deleteAlias(_ alias: RoomAlias) throws(StoreError) -> Bool
}
