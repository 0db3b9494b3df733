internal import JSON

/// The current state of one room, as far as authorisation and the like look at it.
///
/// Only `stateEvent` is required. A snapshot that keeps memberships and parsed power levels answers the others from
/// there instead of parsing an event each time.
package protocol RoomStateReading {
    func stateEvent(_ key: StateKey) -> Event?
    /// nil when the user never had one, which authorisation treats as `leave`.
    func membership(of user: UserID) -> Membership?
    func powerLevels(_ version: RoomVersion) -> PowerLevels?
    /// `content.join_rule` of `m.room.join_rules`, default `invite`.
    var joinRule: String { get }
}

extension RoomStateReading {
    package func stateEvent(_ type: String, _ key: String = "") -> Event? { stateEvent(StateKey(type, key)) }

    package func membership(of user: UserID) -> Membership? { stateEvent("m.room.member", user.string)?.membership }

    /// nil when the room has no create event.
    package func creators(_ version: RoomVersion) -> RoomCreators? {
        guard let create = stateEvent("m.room.create") else { return nil }
        return RoomCreators(sender: create.sender, content: create.content, version: version)
    }

    /// The levels in force, defaults included; nil when the room has no create event.
    package func powerLevels(_ version: RoomVersion) -> PowerLevels? {
        guard let creators = creators(version) else { return nil }
        return PowerLevels(content: stateEvent("m.room.power_levels")?.content, creators: creators)
    }

    package var joinRule: String { stateEvent("m.room.join_rules")?.content["join_rule"]?.string ?? "invite" }
}
