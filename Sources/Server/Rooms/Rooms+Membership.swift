package import MatrixAPI
import Store

/// Who is in a room. Times are milliseconds since 1970; nil is now.
///
/// Source: Client-Server API, "Room membership".
extension Rooms {
    /// The rooms that both are in.
    func mutualRooms(_ one: UserID, _ other: UserID) async throws -> [RoomID] {
        let theirs = try await journal.memberships(ofNamed: other)
        return try await journal.memberships(of: one).filter { id, membership in
            membership.membership == .join && theirs[id]?.membership == .join
        }.keys.sorted()
    }

    /// Joins; one who is in the room stays there.
    /// - Throws: `M_NOT_FOUND`, `M_FORBIDDEN`, `M_GUEST_ACCESS_FORBIDDEN`, `M_UNABLE_TO_GRANT_JOIN`.
    package func join(
        _ id: RoomID, by user: UserID, isGuest: Bool = false, reason: String? = nil, at time: Int64? = nil
    ) async throws {
        let change = MembershipChange(of: user, to: .join, by: user, reason: reason, senderIsGuest: isGuest)
        try await self.change(change, in: id, at: time, unless: [.join])
    }

    /// Asks to be let in; one who asked before has asked.
    package func knock(_ id: RoomID, by user: UserID, reason: String? = nil) async throws {
        try await change(MembershipChange(of: user, to: .knock, by: user, reason: reason), in: id, unless: [.knock])
    }

    /// Leaves, or refuses an invite, or takes a knock back; one who left before has left.
    package func leave(_ id: RoomID, by user: UserID, reason: String? = nil, at time: Int64? = nil) async throws {
        let change = MembershipChange(of: user, to: .leave, by: user, reason: reason)
        try await self.change(change, in: id, at: time, unless: [.leave])
    }

    /// - Parameter isDirect: whether the room is meant for the two alone.
    package func invite(
        _ user: UserID, to id: RoomID, by sender: UserID, reason: String? = nil, isDirect: Bool = false,
        at time: Int64? = nil
    ) async throws {
        try await services?.prepare(user)
        let change = MembershipChange(of: user, to: .invite, by: sender, reason: reason, isDirect: isDirect)
        try await self.change(change, in: id, at: time, unless: [])
    }

    /// - Throws: `M_FORBIDDEN` also when the user is not in the room: this does not lift a ban.
    package func kick(_ user: UserID, from id: RoomID, by sender: UserID, reason: String? = nil) async throws {
        let now = clock.now
        try await journal.write { transaction in
            let membership = try transaction.existingRoom(id).membership(of: user)
            guard membership == .join || membership == .invite || membership == .knock else {
                throw MatrixError.forbidden("\(user) is not in the room")
            }
            let change = MembershipChange(of: user, to: .leave, by: sender, reason: reason)
            try transaction.change(change, in: id, at: now)
        }
    }

    package func ban(_ user: UserID, from id: RoomID, by sender: UserID, reason: String? = nil) async throws {
        try await change(MembershipChange(of: user, to: .ban, by: sender, reason: reason), in: id, unless: [])
    }

    /// - Throws: `M_BAD_STATE` when the user is not banned.
    package func unban(_ user: UserID, from id: RoomID, by sender: UserID, reason: String? = nil) async throws {
        let now = clock.now
        try await journal.write { transaction in
            let room = try transaction.existingRoom(id)
            guard room.isJoined(sender) else { throw Self.notInRoom }
            guard room.membership(of: user) == .ban else {
                throw MatrixError(403, "M_BAD_STATE", "\(user) is not banned")
            }
            let change = MembershipChange(of: user, to: .leave, by: sender, reason: reason)
            try transaction.change(change, in: id, at: now)
        }
    }

    /// The room appears nowhere for the user any more.
    /// - Throws: `M_UNKNOWN` (400) as long as the user is in it or invited.
    package func forget(_ id: RoomID, by user: UserID) async throws {
        try await journal.write { transaction in
            guard let row = try transaction.store.membership(of: user, in: id) else {
                throw MatrixError.notFound("You were never in this room")
            }
            guard row.membership == .leave || row.membership == .ban else {
                throw MatrixError(400, .unknown, "Leave the room before you forget it")
            }
            guard !row.isForgotten else { return }
            try transaction.forget(
                id, by: user, RoomMembership(membership: row.membership, position: row.position))
        }
    }

    /// The rooms that the user is in, in order of identifier.
    package func joinedRooms(of user: UserID) async throws -> [RoomID] {
        try await journal.memberships(of: user).filter { $0.value.membership == .join }.keys.sorted()
    }

    private func change(
        _ change: MembershipChange, in id: RoomID, at time: Int64? = nil, unless already: [Membership]
    ) async throws {
        let timestamp = time ?? clock.now
        try await journal.write { transaction in
            let membership = try transaction.existingRoom(id).membership(of: change.user)
            if let membership, already.contains(membership) { return }
            try transaction.change(change, in: id, at: timestamp)
        }
    }
}
