import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Room Upgrades".
extension Rooms {
    /// State that the new room takes over. Power levels go apart: who makes the room may have to be left out.
    private static let copiedState = [
        "m.room.server_acl", "m.room.encryption", "m.room.name", "m.room.avatar", "m.room.topic",
        "m.room.guest_access", "m.room.history_visibility", "m.room.join_rules",
    ]

    func addUpgradeRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v3/rooms/{roomId}/upgrade", authentication: .membersOnly, limit: .membership
        ) { [self] request in
            try request.requireNotSuspended()
            let name = try request.body.requiredString("new_version")
            guard let version = RoomVersion(rawValue: name) else {
                throw MatrixError(400, .unsupportedRoomVersion, "Room version \(name) is not supported")
            }
            let new = try await upgrade(
                request.roomID(), to: version, by: request.user,
                additionalCreators: try request.body.optionalStrings("additional_creators"))
            return .object { $0.member("replacement_room", new.string) }
        }
    }

    /// Makes a room of another version that takes the place of this one, and closes this one.
    /// - Throws: `M_FORBIDDEN` when the user may not set the room's tombstone; what `create` throws.
    func upgrade(
        _ id: RoomID, to version: RoomVersion, by user: UserID, additionalCreators: [String]
    ) async throws -> RoomID {
        let old = try await joinedRoom(id, for: user)
        guard let levels = old.levels, levels.allows(user, toSend: "m.room.tombstone", asState: true) else {
            throw MatrixError.forbidden("You may not upgrade this room")
        }
        let bans = old.users(with: .ban)
        let new = try await create(
            Self.successor(of: old, version: version, creator: user, additionalCreators), by: user)
        let tombstone = try draft(
            "m.room.tombstone", in: id, by: user,
            .object { content in
                content.member("body", "This room has been replaced")
                content.member("replacement_room", new.string)
            })
        let closed = try draft("m.room.power_levels", in: id, by: user, Self.closedLevels(of: old, levels))
        let alias = try old.stateEvent("m.room.canonical_alias").map {
            try draft("m.room.canonical_alias", in: new, by: user, $0.content)
        }
        let now = clock.now
        try await journal.write { transaction in
            try transaction.append(tombstone, to: id)
            for alias in try transaction.store.aliases(of: id) {
                guard let row = try transaction.store.alias(alias) else { continue }
                try transaction.store.deleteAlias(alias)
                try transaction.store.insertAlias(StoredRoomAlias(alias: alias, room: new, creator: row.creator))
            }
            if let alias { try transaction.append(alias, to: new) }
            for banned in bans {
                // Somebody whom the new room's levels put above the one who upgrades stays as they are.
                do {
                    try transaction.change(MembershipChange(of: banned, to: .ban, by: user), in: new, at: now)
                } catch is MatrixError { continue }
            }
            // Who may close a room need not be allowed to change its levels.
            do { try transaction.append(closed, to: id) } catch is MatrixError {}
        }
        return new
    }

    private func draft(
        _ type: String, in room: RoomID, by user: UserID, _ content: JSONValue
    ) throws -> EventDraft {
        try EventDraft(
            room: room, type: type, stateKey: "", sender: user, content: content, timestamp: clock.now)
    }

    private static func successor(
        of old: RoomSnapshot, version: RoomVersion, creator: UserID, _ additionalCreators: [String]
    ) -> RoomCreation {
        var creation = RoomCreation()
        creation.version = version
        creation.initialState = copiedState.compactMap { type in
            old.stateEvent(StateKey(type)).map { .init(key: StateKey(type), content: $0.content) }
        }
        creation.creationContent = .object { content in
            content.memberIfPresent("type", old.type)
            content.object("predecessor") { $0.member("room_id", old.id.string) }
            guard version.privilegedCreators, !additionalCreators.isEmpty else { return }
            content.array("additional_creators") { list in for user in additionalCreators { list.value(user) } }
        }
        if let levels = old.stateEvent("m.room.power_levels")?.content {
            // Those who made a room stand above its levels, and must not be named in them.
            let creators = Set(version.privilegedCreators ? additionalCreators + [creator.string] : [])
            creation.powerLevelOverride = levels.replacing(["users"]) { object in
                object.object("users") { users in
                    for (user, level) in levels["users"]?.object.map(Array.init) ?? [] where !creators.contains(user) {
                        users.member(user, level)
                    }
                }
            }
        }
        return creation
    }

    /// So that nobody goes on talking in the old room.
    private static func closedLevels(of old: RoomSnapshot, _ levels: PowerLevels) -> JSONValue {
        let content = old.stateEvent("m.room.power_levels")?.content ?? .emptyObject
        let level = max(50, (content["users_default"]?.int ?? 0) + 1)
        return content.replacing(["events_default", "invite"]) { object in
            object.member("events_default", max(level, content["events_default"]?.int ?? 0))
            object.member("invite", max(level, content["invite"]?.int ?? 0))
        }
    }
}
