package import MatrixAPI
import Store

/// Reading a room's state: the present one for those who are in it, that of their departure for those who left.
extension Rooms {
    /// The whole state.
    /// - Throws: `M_FORBIDDEN` when the user never was in the room and not everybody may read it.
    package func state(of id: RoomID, for user: UserID) async throws -> [Event] {
        if let room = roomInMemory(id, of: user) { return room.allState }
        return try await read(id, for: user) { visibility, access, reader in
            switch access {
            case .atDeparture(let position): try reader.state(of: id, at: position)
            case .present, .none: visibility.room.allState
            }
        }
    }

    /// One piece of it.
    /// - Throws: `M_NOT_FOUND` when the room has none; what `state(of:for:)` throws.
    package func stateEvent(_ key: StateKey, of id: RoomID, for user: UserID) async throws -> Event {
        let found =
            if let room = roomInMemory(id, of: user) {
                room.stateEvent(key)
            } else {
                try await read(id, for: user) { visibility, access, reader in
                    switch access {
                    case .atDeparture(let position): try reader.stateEvent(in: id, key, at: position)
                    case .present, .none: visibility.room.stateEvent(key)
                    }
                }
            }
        guard let found else { throw MatrixError.notFound("The room has no such state") }
        return found
    }

    /// Which members `GET /rooms/{roomId}/members` is asked for.
    package struct MemberSelection: Sendable {
        package var membership: Membership?
        package var notMembership: Membership?

        package init(membership: Membership? = nil, notMembership: Membership? = nil) {
            self.membership = membership
            self.notMembership = notMembership
        }

        /// Both conditions together mean one or the other.
        func includes(_ membership: Membership) -> Bool {
            switch (self.membership, notMembership) {
            case (nil, nil): true
            case (let wanted?, nil): membership == wanted
            case (nil, let unwanted?): membership != unwanted
            case (let wanted?, let unwanted?): membership == wanted || membership != unwanted
            }
        }
    }

    /// The member events, in order of user.
    ///
    /// - Parameter token: as of this place in the timeline; nil for now.
    /// - Throws: what `state(of:for:)` throws.
    package func members(
        of id: RoomID, for user: UserID, at token: TimelineToken?, _ selection: MemberSelection
    ) async throws -> [Event] {
        try await read(id, for: user) { visibility, access, reader in
            let room = visibility.room
            var position = token?.position ?? .max
            if case .atDeparture(let departure) = access { position = min(position, departure) }
            if position >= room.membersPosition {
                return room.members.values.filter { selection.includes(room.membership(of: $0) ?? .leave) }
                    .sorted { ($0.stateKey ?? "") < ($1.stateKey ?? "") }
            }
            position = try visibility.earliestState(notBefore: position, reader)
            return try reader.state(of: id, type: "m.room.member", at: position).filter {
                selection.includes($0.membership ?? .leave)
            }
        }
    }

    /// The member events of those who are in the room, in order of user.
    /// - Throws: `M_FORBIDDEN` for those who are not.
    package func joinedMembers(of id: RoomID, for user: UserID) async throws -> [Event] {
        let room = try await joinedRoom(id, for: user)
        return room.users(with: .join).sorted().compactMap { room.members[$0] }
    }

    /// The room when the user is in it and it is in memory: nothing else has to be asked then.
    private func roomInMemory(_ id: RoomID, of user: UserID) -> RoomSnapshot? {
        guard let room = journal.rooms.value(id), room.isJoined(user) else { return nil }
        return room
    }

    /// Reads a room on a reader's thread.
    /// - Throws: `M_FORBIDDEN` when the user may read no state of it; for a forgotten room too.
    func read<T: Sendable>(
        _ id: RoomID, for user: UserID,
        _ body:
            @escaping @Sendable (HistoryVisibilityFilter, HistoryVisibilityFilter.StateAccess, any StoreReader)
            throws -> T
    ) async throws -> T {
        try await journal.store.read { [journal] reader in
            guard let room = try journal.room(id, reader) else { throw Self.notInRoom }
            let visibility = HistoryVisibilityFilter(
                user: user, room: room, reader: reader, ignoring: try IgnoredUsers.load(user, reader))
            let access = try visibility.stateAccess()
            switch access {
            case .present: break
            case .atDeparture: if try visibility.isForgotten(reader) { throw Self.notInRoom }
            case .none: throw Self.notInRoom
            }
            return try body(visibility, access, reader)
        }
    }
}

extension RoomSnapshot {
    /// The membership that a member event of the present state says.
    fileprivate func membership(of member: Event) -> Membership? {
        membership(of: UserID(unchecked: member.stateKey ?? ""))
    }
}

extension HistoryVisibilityFilter {
    /// Whether the user is not in the room any more and forgot it, so that nothing of it is there for them.
    /// - Throws: `NeedsStore`, `StoreError`.
    func isForgotten(_ reader: any StoreReader) throws -> Bool {
        if try stateAccess() == .present { return false }
        return try reader.membership(of: user, in: room.id)?.isForgotten ?? false
    }

    /// `position`, or where the state at it is not the user's to see: the departure of who left, the entry of who is in
    /// the room, and the present of who reads a room that everybody may read.
    fileprivate func earliestState(notBefore position: Int64, _ reader: any StoreReader) throws -> Int64 {
        let last = try reader.events(in: room.id, after: 0, through: position, order: .backward, limit: 1).first
        if let last, try allows(last) { return position }
        if case .atDeparture(let departure) = try departure() { return departure }
        guard room.isJoined(user), let member = room.members[user] else { return max(position, room.position) }
        return max(position, member.position)
    }
}
