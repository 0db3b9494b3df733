package import MatrixAPI
import Store

/// Aliases, and the listing in the directory. Source: Client-Server API, "Room aliases", "Published room directory".
extension Rooms {
    /// - Throws: `M_NOT_FOUND` when the alias leads nowhere.
    package func room(for alias: RoomAlias) async throws -> RoomID {
        if let found = try await journal.store.read({ try $0.alias(alias) }) { return found.room }
        if let made = try await services?.room(for: alias) { return made }
        throw MatrixError.notFound("There is no room with the alias \(alias)")
    }

    /// Makes an alias lead to a room. Members may.
    /// - Throws: `M_INVALID_PARAM` when the alias is another server's, `M_UNKNOWN` (409) when it is taken.
    package func addAlias(_ alias: RoomAlias, of id: RoomID, by user: UserID, service: String? = nil) async throws {
        guard alias.server == serverName, alias.localpart.isEmpty == false else {
            throw MatrixError.invalidParam("Aliases on this server end in :\(serverName)")
        }
        try requireMayMake(alias, service)
        try await journal.write { transaction in
            guard try transaction.existingRoom(id).isJoined(user) else { throw Self.notInRoom }
            guard try transaction.store.alias(alias) == nil else {
                throw MatrixError(409, .unknown, "The alias \(alias) exists already")
            }
            try transaction.insertAlias(alias, of: id, by: user)
        }
    }

    /// - Throws: `M_EXCLUSIVE`.
    func requireMayMake(_ alias: RoomAlias, _ service: String?) throws {
        guard let all = services?.services else { return }
        try all.requireMayMake(alias, service.flatMap { all.service($0) })
    }

    /// Takes an alias away: who made it, who may set the room's main alias, or an administrator.
    /// - Throws: `M_NOT_FOUND`, `M_FORBIDDEN`.
    package func removeAlias(_ alias: RoomAlias, by session: Session) async throws {
        try await journal.write { transaction in
            guard let row = try transaction.store.alias(alias) else {
                throw MatrixError.notFound("There is no alias \(alias)")
            }
            let mayRemove =
                try row.creator == session.user || session.isAdministrator
                || transaction.existingRoom(row.room).mayDescribe(session.user)
            guard mayRemove else { throw MatrixError.forbidden("You may not remove this alias") }
            try transaction.store.deleteAlias(alias)
        }
    }

    /// The room's aliases, for members and where everybody may read the room.
    /// - Throws: `M_FORBIDDEN`.
    package func aliases(of id: RoomID, for user: UserID) async throws -> [RoomAlias] {
        let room = try await existingRoom(id)
        guard room.isJoined(user) || room.historyVisibility == .worldReadable else { throw Self.notInRoom }
        return try await journal.store.read { try $0.aliases(of: id) }
    }

    /// Whether the directory lists the room.
    /// - Throws: `M_NOT_FOUND`.
    package func isPublic(_ id: RoomID) async throws -> Bool {
        guard let row = try await journal.store.read({ try $0.room(id) }) else {
            throw MatrixError.notFound("There is no such room")
        }
        return row.isPublic
    }

    /// Lists the room or takes it out: who may set the room's main alias, or an administrator.
    /// - Throws: `M_NOT_FOUND`, `M_FORBIDDEN`.
    package func setPublic(_ isPublic: Bool, _ id: RoomID, by session: Session) async throws {
        let onlyAdministrators = configuration.onlyAdministratorsPublish
        try await journal.write { transaction in
            let room = try transaction.existingRoom(id)
            guard session.isAdministrator || (!onlyAdministrators && room.mayDescribe(session.user)) else {
                throw MatrixError.forbidden("You may not change the room's place in the directory")
            }
            try transaction.store.setPublic(isPublic, room: id)
        }
    }
}

extension RoomSnapshot {
    /// Whether a member may set the room's main alias, and so decide how the room is found.
    fileprivate func mayDescribe(_ user: UserID) -> Bool {
        isJoined(user) && levels?.allows(user, toSend: "m.room.canonical_alias", asState: true) ?? false
    }
}
