import JSON
import MatrixAPI

/// The events that a room begins with, between the creator's join and the invites, in the specification's order.
extension RoomCreation {
    /// The content of `m.room.create`.
    func createContent(creator: UserID, version: RoomVersion) throws -> JSONValue {
        try Self.checkCreationContent(creationContent)
        var additional = try creationContent.optionalStrings("additional_creators")
        if preset == .trustedPrivateChat {
            for user in invite where !additional.contains(user.string) { additional.append(user.string) }
        }
        return creationContent.replacing(["creator", "room_version", "additional_creators"]) { content in
            if version.creatorInCreateEvent { content.member("creator", creator.string) }
            content.member("room_version", version.rawValue)
            guard version.privilegedCreators, !additional.isEmpty else { return }
            content.array("additional_creators") { users in
                for user in additional where user != creator.string { users.value(user) }
            }
        }
    }

    private static func checkCreationContent(_ content: JSONValue) throws {
        _ = try content.optionalString("type")
        _ = try content.optionalBool("m.federate")
        _ = try content.optionalObject("predecessor")
    }

    /// The content of the first `m.room.power_levels`.
    func powerLevels(creator: UserID, version: RoomVersion) -> JSONValue {
        let generated = JSONValue.object { levels in
            levels.object("users") { users in
                guard !version.privilegedCreators else { return }
                users.member(creator.string, 100)
                guard preset == .trustedPrivateChat else { return }
                for user in Set(invite).sorted() where user != creator { users.member(user.string, 100) }
            }
            levels.object("events") { events in
                events.member("m.room.name", 50)
                events.member("m.room.avatar", 50)
                events.member("m.room.canonical_alias", 50)
                events.member("m.room.power_levels", 100)
                events.member("m.room.history_visibility", 100)
                events.member("m.room.encryption", 100)
                events.member("m.room.server_acl", 100)
                events.member("m.room.tombstone", version.privilegedCreators ? 150 : 100)
            }
            levels.member("users_default", 0)
            levels.member("events_default", 0)
            levels.member("state_default", 50)
            levels.member("ban", 50)
            levels.member("kick", 50)
            levels.member("redact", 50)
            levels.member("invite", preset.inviteLevel)
        }
        guard let override = powerLevelOverride, let members = override.object else { return generated }
        return generated.replacing(Set(members.map(\.key))) { levels in
            for (name, value) in members { levels.member(name, value) }
        }
    }

    /// State behind the power levels: alias, preset, `initial_state`, name, topic.
    func state(alias: RoomAlias?) -> [InitialState] {
        var state: [InitialState] = []
        let given = Set(initialState.map(\.key))
        if let alias {
            state.append(Self.string("m.room.canonical_alias", "alias", alias.string))
        }
        let presets = [
            Self.string("m.room.join_rules", "join_rule", preset.joinRule),
            Self.string("m.room.history_visibility", "history_visibility", "shared"),
            Self.string("m.room.guest_access", "guest_access", preset.guestAccess),
        ]
        state += presets.filter { !given.contains($0.key) }
        state += initialState.filter { piece in
            !(name != nil && piece.key == StateKey("m.room.name"))
                && !(topic != nil && piece.key == StateKey("m.room.topic"))
        }
        if let name { state.append(Self.string("m.room.name", "name", name)) }
        if let topic { state.append(Self.topic(topic)) }
        return state
    }

    private static func string(_ type: String, _ member: String, _ value: String) -> InitialState {
        InitialState(key: StateKey(type), content: .object { $0.member(member, value) })
    }

    private static func topic(_ topic: String) -> InitialState {
        InitialState(
            key: StateKey("m.room.topic"),
            content: .object { content in
                content.member("topic", topic)
                content.object("m.topic") { block in
                    block.array("m.text") { texts in texts.object { $0.member("body", topic) } }
                }
            })
    }
}
