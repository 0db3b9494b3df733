import JSON
import MatrixAPI
import Store

/// A change of what a user is to a room, as somebody asks for it.
struct MembershipChange: Sendable {
    let user: UserID
    let membership: Membership
    let sender: UserID
    var reason: String?
    var isDirect = false
    var senderIsGuest = false
    /// Members of the content that a client wrote by itself, through `PUT …/state/m.room.member/…`.
    var content: JSONValue = .emptyObject

    init(
        of user: UserID, to membership: Membership, by sender: UserID, reason: String? = nil, isDirect: Bool = false,
        senderIsGuest: Bool = false, content: JSONValue = .emptyObject
    ) {
        self.user = user
        self.membership = membership
        self.sender = sender
        self.reason = reason
        self.isDirect = isDirect
        self.senderIsGuest = senderIsGuest
        self.content = content
    }

    /// Whether the content shows the user's profile.
    var showsProfile: Bool { membership == .join || membership == .invite || membership == .knock }

    /// The content of the member event. Of what a client wrote nothing stays that is the server's to say.
    ///
    /// - Parameters:
    ///   - profile: fields of the user's profile, as JSON.
    ///   - authorisingUser: the member who vouches for a join to a restricted room.
    func eventContent(profile: [String: [UInt8]], authorisingUser: UserID?) -> JSONValue {
        var replaced: Set = ["membership", "join_authorised_via_users_server", "third_party_invite"]
        // A member may have another name in a room; nobody gives one to somebody else.
        let keepsOwnProfile = membership == .join && sender == user
        var filled: [String] = []
        for field in ["displayname", "avatar_url"] where !keepsOwnProfile || content[field] == nil {
            replaced.insert(field)
            if showsProfile { filled.append(field) }
        }
        if reason != nil { replaced.insert("reason") }
        if isDirect { replaced.insert("is_direct") }
        return content.replacing(replaced) { object in
            object.member("membership", membership.rawValue)
            for field in filled {
                if let value = profile[field] { object.member(field, RawJSON(value)) }
            }
            if let reason { object.member("reason", reason) }
            if isDirect { object.member("is_direct", true) }
            if let authorisingUser { object.member("join_authorised_via_users_server", authorisingUser.string) }
        }
    }

    static let roomIsClosed = MatrixError.forbidden("An administrator closed this room")
    static let noticesCannotBeRefused = MatrixError(
        403, .cannotLeaveServerNoticeRoom, "This is where the server's administrators write to you")
    static let thirdPartyDenied = MatrixError(
        403, .threepidDenied, "This server cannot invite by e-mail address or telephone number")
}

extension JournalTransaction {
    /// Makes and appends the member event of a change.
    /// - Throws: what the room's rules say; `M_NOT_FOUND` for an invite of somebody without an account;
    ///   `M_GUEST_ACCESS_FORBIDDEN` for a guest's join where guests may not.
    @discardableResult
    func change(
        _ change: MembershipChange, in id: RoomID, at timestamp: Int64,
        context: AuthorisationContext = AuthorisationContext()
    ) throws -> Event {
        let room = try existingRoom(id)
        if change.showsProfile, try store.isClosed(id) { throw MembershipChange.roomIsClosed }
        var context = context
        var authorisingUser: UserID?
        switch change.membership {
        case .invite: try requireAccount(change.user)
        case .join where context.previousEvents == .some && change.sender == change.user:
            if change.senderIsGuest { try requireGuestAccess(room) }
            authorisingUser = try RestrictedJoin.authorisingUser(for: change.user, in: room, store)
            context.allowed = authorisingUser != nil
        case .leave where change.sender == change.user && room.membership(of: change.user) == .invite:
            if try store.noticeRoom(of: change.user) == id { throw MembershipChange.noticesCannotBeRefused }
        default: break
        }
        let profile = change.showsProfile ? try store.profile(of: change.user) : [:]
        let draft = try EventDraft(
            room: id, type: "m.room.member", stateKey: change.user.string, sender: change.sender,
            content: change.eventContent(profile: profile, authorisingUser: authorisingUser), timestamp: timestamp)
        return try append(draft, to: id, context: context)
    }

    private func requireAccount(_ user: UserID) throws {
        guard let account = try store.account(user), !account.isDeactivated else {
            throw MatrixError.notFound("\(user) has no account here")
        }
    }

    private func requireGuestAccess(_ room: RoomSnapshot) throws {
        guard room.text("m.room.guest_access", "guest_access") == "can_join" else {
            throw MatrixError(403, .guestAccessForbidden, "Guests may not join this room")
        }
    }
}
