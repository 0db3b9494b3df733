import JSON
import MatrixAPI
import Store

/// Joining a room because one is a member of another.
///
/// Source: Client-Server API, "Restricted rooms".
enum RestrictedJoin {
    /// The member who vouches for the user's join: one who may invite.
    ///
    /// - Returns: nil when the room is not restricted, or the user needs nobody: invited, or in the room already.
    /// - Throws: `M_FORBIDDEN` when the user fulfils none of the conditions; `M_UNABLE_TO_GRANT_JOIN` when no member
    ///   may invite.
    static func authorisingUser(
        for user: UserID, in room: RoomSnapshot, _ store: any StoreReader
    ) throws -> UserID? {
        guard room.joinRule == "restricted" || room.joinRule == "knock_restricted" else { return nil }
        switch room.membership(of: user) {
        case .join, .invite: return nil
        case .ban: throw AuthorisationError.banned.matrixError
        case .knock, .leave, nil: break
        }
        guard try isAllowed(user, by: room, store) else {
            throw MatrixError.forbidden("You are not a member of a room that gives access to this one")
        }
        guard let member = memberWhoMayInvite(in: room) else {
            throw MatrixError(400, "M_UNABLE_TO_GRANT_JOIN", "Nobody in the room may invite")
        }
        return member
    }

    private static func isAllowed(_ user: UserID, by room: RoomSnapshot, _ store: any StoreReader) throws -> Bool {
        try room.roomsThatGiveAccess.contains { try store.membership(of: user, in: $0)?.membership == .join }
    }

    private static func memberWhoMayInvite(in room: RoomSnapshot) -> UserID? {
        guard let levels = room.levels else { return nil }
        let mayInvite: (UserID) -> Bool = { room.isJoined($0) && levels.allows($0, to: .invite) }
        // Those whom the levels name come first: everybody else only counts where all members may invite.
        let named = [levels.creators.creator] + levels.creators.additional + levels.users.keys.sorted()
        return named.first(where: mayInvite) ?? room.users(with: .join).filter(mayInvite).min()
    }
}
