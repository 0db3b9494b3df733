import JSON
import MatrixAPI
import Store

/// What those are told of a room who are not in it.
///
/// Source: Client-Server API, `definitions/room_summary.yaml`.
extension RoomSnapshot {
    func writeDescription(to object: inout JSONWriter) {
        object.member("room_id", id.string)
        object.member("num_joined_members", joinedCount)
        object.member("world_readable", historyVisibility == .worldReadable)
        object.member("guest_can_join", text("m.room.guest_access", "guest_access") == "can_join")
        object.member("join_rule", joinRule)
        object.memberIfPresent("name", text("m.room.name", "name"))
        object.memberIfPresent("topic", text("m.room.topic", "topic"))
        object.memberIfPresent("canonical_alias", text("m.room.canonical_alias", "alias"))
        object.memberIfPresent("avatar_url", text("m.room.avatar", "url"))
        object.memberIfPresent("room_type", type)
    }

    /// What the directory leaves out.
    func writeFurtherDescription(to object: inout JSONWriter) {
        object.memberIfPresent("encryption", text("m.room.encryption", "algorithm"))
        object.member("room_version", version.rawValue)
        let allowed = roomsThatGiveAccess
        guard !allowed.isEmpty else { return }
        object.array("allowed_room_ids") { list in for room in allowed { list.value(room.string) } }
    }

    /// The rooms whose members may join a restricted room.
    var roomsThatGiveAccess: [RoomID] {
        guard joinRule == "restricted" || joinRule == "knock_restricted" else { return [] }
        let conditions = stateEvent("m.room.join_rules")?.content["allow"]?.array ?? nil
        return (conditions.map(Array.init) ?? []).compactMap { condition in
            guard condition["type"]?.string == "m.room_membership" else { return nil }
            return condition["room_id"]?.string.flatMap { RoomID($0) }
        }
    }

    /// Whether the room may be described to the user: who is in it, may join, may knock, or may read it anyway.
    ///
    /// Source: Client-Server API, "Spaces", `GET …/hierarchy`.
    func isDescribed(to user: UserID, _ memberships: [RoomID: RoomMembership]) -> Bool {
        switch membership(of: user) {
        case .join, .invite: return true
        case .ban: return historyVisibility == .worldReadable
        case .knock, .leave, nil: break
        }
        switch joinRule {
        case "public", "knock", "knock_restricted": return true
        case "restricted": return roomsThatGiveAccess.contains { memberships[$0]?.membership == .join }
        default: return historyVisibility == .worldReadable
        }
    }
}
