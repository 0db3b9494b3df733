package import MatrixAPI
import Store

extension Rooms {
    /// Makes a room, with all its first events in one proposal: it is there as a whole or not at all.
    ///
    /// - Parameter time: milliseconds since 1970 of its events; nil for now.
    /// - Throws: `M_ROOM_IN_USE` when the alias is taken, `M_INVALID_ROOM_STATE` when the rules refuse one of the
    ///   events, `M_INVALID_PARAM` for an impossible alias, `M_NOT_FOUND` when somebody invited has no account.
    package func create(
        _ creation: RoomCreation, by creator: UserID, service: String? = nil, at time: Int64? = nil
    ) async throws -> RoomID {
        if let alias = try creation.aliasName.map(localAlias) { try requireMayMake(alias, service) }
        for user in creation.invite { try await services?.prepare(user) }
        let proposal = try proposal(creation, by: creator, at: time)
        let id = try await journal.write { try proposal($0) }
        if !creation.inviteAddresses.isEmpty { mailInvites?.wake() }
        return id
    }

    /// What makes a room, on the journal's thread.
    /// - Throws: as `create`.
    func proposal(
        _ creation: RoomCreation, by creator: UserID, at time: Int64? = nil
    ) throws -> @Sendable (JournalTransaction) throws -> RoomID {
        let version = creation.version ?? configuration.defaultRoomVersion
        let alias = try creation.aliasName.map(localAlias)
        let createContent = try creation.createContent(creator: creator, version: version)
        let timestamp = time ?? clock.now
        let createID = EventID.random(at: timestamp)
        let id =
            version.roomIDIsCreateEventHash
            ? RoomID(unchecked: "!" + createID.string.dropFirst()) : RoomID.random(server: serverName)
        let create = try EventDraft(
            room: version.roomIDIsCreateEventHash ? nil : id, type: "m.room.create", stateKey: "", sender: creator,
            content: createContent, timestamp: timestamp, eventID: createID)
        var drafts = [
            try EventDraft(
                room: id, type: "m.room.power_levels", stateKey: "", sender: creator,
                content: creation.powerLevels(creator: creator, version: version), timestamp: timestamp)
        ]
        for piece in creation.state(alias: alias) {
            drafts.append(
                try EventDraft(
                    room: id, type: piece.key.type, stateKey: piece.key.key, sender: creator, content: piece.content,
                    timestamp: timestamp))
        }
        if !creation.inviteAddresses.isEmpty, mailInvites == nil { throw MembershipChange.thirdPartyDenied }
        let state = drafts
        return { [mailInvites] transaction in
            try transaction.createRoom(id, version: version, creator: creator)
            if let alias { try transaction.insertAlias(alias, of: id, by: creator) }
            try transaction.refusingAsRoomState {
                try transaction.append(create, to: id, context: AuthorisationContext(previousEvents: .none))
                try transaction.change(
                    MembershipChange(of: creator, to: .join, by: creator), in: id, at: timestamp,
                    context: AuthorisationContext(previousEvents: .createOnly))
                for draft in state {
                    try EventContentRules.check(draft, in: id, transaction)
                    try transaction.append(draft, to: id)
                }
                for user in creation.invite where user != creator {
                    let invite = MembershipChange(of: user, to: .invite, by: creator, isDirect: creation.isDirect)
                    try transaction.change(invite, in: id, at: timestamp)
                }
                for address in creation.inviteAddresses {
                    try mailInvites?.invite(address, to: id, by: creator, at: timestamp, in: transaction)
                }
            }
            if creation.isPublic { try transaction.store.setPublic(true, room: id) }
            return id
        }
    }

    /// The alias on this server with that local part.
    /// - Throws: `M_INVALID_PARAM`.
    func localAlias(_ localpart: String) throws -> RoomAlias {
        guard !localpart.isEmpty, !localpart.contains(":"), !localpart.contains("#"),
            let alias = RoomAlias("#\(localpart):\(serverName)")
        else { throw MatrixError.invalidParam("\(localpart) cannot be the local part of an alias") }
        return alias
    }
}

extension JournalTransaction {
    /// Makes an alias lead to a room.
    /// - Throws: `M_ROOM_IN_USE` when it leads to one already.
    func insertAlias(_ alias: RoomAlias, of room: RoomID, by user: UserID) throws {
        guard try store.alias(alias) == nil else {
            throw MatrixError(400, .roomInUse, "The alias \(alias) is taken")
        }
        try store.insertAlias(StoredRoomAlias(alias: alias, room: room, creator: user))
    }

    /// In a room that is being made, a refused event means that the room's first state makes no sense.
    fileprivate func refusingAsRoomState(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as MatrixError where error.code == .forbidden {
            throw MatrixError(400, .invalidRoomState, error.message)
        }
    }
}
