import JSON
package import MatrixAPI
import Store

/// What the server's administrators write to a member: a room for each member, made with the first notice, into which
/// the member is invited and cannot refuse to be.
///
/// The sender has no account. Its name begins with `_`, which no member's can.
///
/// Source: Client-Server API, "Server Notices".
package struct ServerNotices: Sendable {
    /// In bytes.
    private static let maximumText = 16_384
    private static let senderLocalpart = "_server"

    private let journal: Journal
    private let rooms: Rooms
    /// Who writes the notices.
    package let sender: UserID
    private let name: String

    /// - Parameter name: of the sender and of the rooms, as members see it.
    package init(journal: Journal, rooms: Rooms, name: String = "Server notices") {
        self.journal = journal
        self.rooms = rooms
        self.name = name
        sender = Self.sender(on: rooms.serverName)
    }

    /// The identifier in whose name the server writes and moderates.
    static func sender(on serverName: String) -> UserID { UserID(localpart: senderLocalpart, server: serverName) }

    /// Writes to a member.
    /// - Throws: `M_NOT_FOUND` when there is no such account, or it was closed; `M_INVALID_PARAM` for an empty or too
    ///   long text.
    package func send(_ text: String, to user: UserID) async throws -> (room: RoomID, event: EventID) {
        guard (1...Self.maximumText).contains(text.utf8.count) else {
            throw MatrixError.invalidParam("A notice has 1 to \(Self.maximumText) bytes")
        }
        let content = JSONValue.object { content in
            content.member("msgtype", "m.server_notice")
            content.member("server_notice_type", "mado.notice")
            content.member("body", text)
        }
        let creation = try rooms.proposal(room(for: user), by: sender)
        return try await journal.write { transaction in
            guard let account = try transaction.store.account(user), !account.isDeactivated else {
                throw MatrixError.notFound("There is no such account")
            }
            let room = try transaction.noticeRoom(of: user, from: sender, name: name, creation)
            let draft = try EventDraft(
                room: room, type: "m.room.message", sender: sender, content: content, timestamp: transaction.now)
            return (room, try transaction.append(draft, to: room).eventID)
        }
    }

    private func room(for user: UserID) -> RoomCreation {
        var creation = RoomCreation()
        creation.name = name
        creation.topic = "From the administrators of \(rooms.serverName)"
        creation.invite = [user]
        // Nobody reads answers there.
        creation.powerLevelOverride = .object { $0.member("events_default", 50) }
        return creation
    }
}

extension JournalTransaction {
    /// The room in which the server writes to a member, who is in it or invited.
    fileprivate func noticeRoom(
        of user: UserID, from sender: UserID, name: String,
        _ creation: @Sendable (JournalTransaction) throws -> RoomID
    ) throws -> RoomID {
        if let known = try store.noticeRoom(of: user), let room = try room(known), room.isJoined(sender) {
            switch room.membership(of: user) {
            case .join, .invite: break
            default:
                try change(MembershipChange(of: user, to: .invite, by: sender), in: known, at: now)
            }
            return known
        }
        try store.setProfileField(MemberProfile.displayNameKey, of: sender, json: MemberProfile.encode(name))
        let made = try creation(self)
        try store.setNoticeRoom(made, of: user)
        let tags = JSONWriter.object { $0.object("tags") { $0.object("m.server_notice") { _ in } } }
        try setAccountData("m.tag", room: made, content: tags, of: user)
        return made
    }
}
