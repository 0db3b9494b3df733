package import MatrixAPI
import Store

/// Rooms: making them, who is in them, what is sent to them and read from them.
///
/// Everything that depends on a room's state is decided inside the journal's transaction, where that state cannot
/// change any more; what does not is done before.
package final class Rooms: Sendable {
    package struct Configuration: Sendable {
        /// The version of rooms whose creator does not ask for one.
        package var defaultRoomVersion = RoomVersion.default
        /// Whether only administrators list rooms in the directory.
        package var onlyAdministratorsPublish = false
        package init() {}
    }

    package let journal: Journal
    package let serverName: String
    package let configuration: Configuration
    let clock: WallClock
    /// For those who want an event sent later; nil where nobody can have that.
    let delayedEvents: DelayedEvents?
    /// Whom to ask for users and rooms that are not there.
    let services: ServiceQueries?
    /// For inviting whoever has an address; nil on a server that sends no mail.
    let mailInvites: MailInvites?
    let megolmSessions: MegolmSessions

    package init(
        journal: Journal, serverName: String, configuration: Configuration = Configuration(),
        clock: WallClock = .system, delayedEvents: DelayedEvents? = nil,
        services: ServiceQueries? = nil, mailInvites: MailInvites? = nil,
        megolmSessions: MegolmSessions = MegolmSessions()
    ) {
        self.megolmSessions = megolmSessions
        self.mailInvites = mailInvites
        self.journal = journal
        self.serverName = serverName
        self.configuration = configuration
        self.clock = clock
        self.delayedEvents = delayedEvents
        self.services = services
    }

    /// The room that an identifier or an alias stands for.
    /// - Throws: `M_INVALID_PARAM` when it is neither, `M_NOT_FOUND` when the alias leads nowhere.
    package func resolve(_ idOrAlias: String) async throws -> RoomID {
        if let id = RoomID(idOrAlias) { return id }
        guard let alias = RoomAlias(idOrAlias) else {
            throw MatrixError.invalidParam("\(idOrAlias) is neither a room ID nor an alias")
        }
        return try await room(for: alias)
    }

    /// The room as it is now.
    /// - Throws: `M_FORBIDDEN` when there is none: strangers are not told which rooms exist.
    func existingRoom(_ id: RoomID) async throws -> RoomSnapshot {
        guard let room = try await journal.room(id) else { throw Self.notInRoom }
        return room
    }

    /// The room, for one who is in it.
    /// - Throws: `M_FORBIDDEN` for everybody else.
    func joinedRoom(_ id: RoomID, for user: UserID) async throws -> RoomSnapshot {
        let room = try await existingRoom(id)
        guard room.isJoined(user) else { throw Self.notInRoom }
        return room
    }

    static let notInRoom = MatrixError.forbidden("You are not in this room")
}

extension JournalTransaction {
    /// The room, on the journal's thread.
    /// - Throws: `M_NOT_FOUND` when there is none.
    func existingRoom(_ id: RoomID) throws -> RoomSnapshot {
        guard let room = try room(id) else { throw MatrixError.notFound("There is no such room") }
        return room
    }
}
