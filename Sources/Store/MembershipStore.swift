package import MatrixAPI

/// What a user is to a room: the latest `m.room.member` event, and what is known only here.
package struct StoredMembership: Hashable, Sendable {
    package let user: UserID
    package let room: RoomID
    package let membership: Membership
    /// The position of the member event.
    package let position: Int64
    /// Who sent the member event: for an invite, who invited.
    package let sender: UserID
    /// `is_direct` of the invite.
    package let isDirect: Bool
    /// Whether the user left and forgot the room.
    package let isForgotten: Bool

    package init(
        user: UserID, room: RoomID, membership: Membership, position: Int64, sender: UserID, isDirect: Bool = false,
        isForgotten: Bool = false
    ) {
        self.user = user
        self.room = room
        self.membership = membership
        self.position = position
        self.sender = sender
        self.isDirect = isDirect
        self.isForgotten = isForgotten
    }
}

package protocol MembershipReading {
    func membership(of user: UserID, in room: RoomID) throws(StoreError) -> StoredMembership?

    /// All rooms of a user: every membership, forgotten ones included.
    func memberships(of user: UserID) throws(StoreError) -> [StoredMembership]

    /// The rooms of a user in which something happened behind `position` that sync tells of: events, receipts, deliveries
    /// to the user, or the user's own membership. Costs a look into the indexes for each room, whatever happened there.
    func rooms(of user: UserID, changedAfter position: Int64) throws(StoreError) -> [RoomID]

    /// Users of a room with this membership (nil: with any), ordered by user, behind `after`.
    func members(of room: RoomID, membership: Membership?, after: UserID?, limit: Int)
        throws(StoreError) -> [StoredMembership]

    /// How many users have this membership. Constant time for `.join`.
    func memberCount(of room: RoomID, membership: Membership) throws(StoreError) -> Int

    /// Calls `body` for each user and room with this membership, grouped by room. `body` must not use the reader.
    func forEachMember(with membership: Membership, _ body: (RoomID, UserID) -> Void) throws(StoreError)
}

extension MembershipReading {
    /// All users of a room with this membership (nil: with any), ordered by user.
    package func members(of room: RoomID, membership: Membership? = nil) throws(StoreError) -> [StoredMembership] {
        try members(of: room, membership: membership, after: nil, limit: .max)
    }

    package func joinedMemberCount(of room: RoomID) throws(StoreError) -> Int {
        try memberCount(of: room, membership: .join)
    }
}

package protocol MembershipWriting {
    /// Sets or replaces what the user is to the room; the room's joined count follows.
    func setMembership(_ membership: StoredMembership) throws(StoreError)

    /// Notes that the user forgot the room. Any new membership undoes it.
    func forget(room: RoomID, user: UserID) throws(StoreError)
}
