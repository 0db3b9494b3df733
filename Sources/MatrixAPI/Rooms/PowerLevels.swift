package import JSON

/// The content of `m.room.power_levels` with its defaults: who may do what in a room.
///
/// A value to be kept beside a room's state and made anew only when the state event changes. Members of the content
/// that are not integers count as absent: authorisation lets none of them in.
///
/// Source: Client-Server API, `m.room.power_levels`.
package struct PowerLevels: Sendable {
    /// What can be done to other members and their events.
    package enum Action: String, Sendable, CaseIterable {
        case ban, invite, kick, redact

        /// The level required when the content does not say.
        fileprivate var fallback: Int64 { self == .invite ? 0 : 50 }
    }

    package let creators: RoomCreators
    package let users: [UserID: Int64]
    package let usersDefault: Int64
    package let events: [String: Int64]
    package let eventsDefault: Int64
    package let stateDefault: Int64
    package let notifications: [String: Int64]
    private let actions: [Action: Int64]

    /// - Parameter content: the content of the state event; nil when the room has none: then the creator has
    ///   level 100 (infinite from room version 12 on) and everybody else 0.
    package init(content: JSONValue?, creators: RoomCreators) {
        self.creators = creators
        guard let content else {
            users = [creators.creator: 100]
            (usersDefault, eventsDefault, stateDefault) = (0, 0, 50)
            (events, notifications, actions) = ([:], [:], [:])
            return
        }
        var users: [UserID: Int64] = [:]
        for (name, level) in Self.levels(content["users"]) { users[UserID(unchecked: name)] = level }
        self.users = users
        usersDefault = content["users_default"]?.int ?? 0
        events = Self.levels(content["events"])
        eventsDefault = content["events_default"]?.int ?? 0
        stateDefault = content["state_default"]?.int ?? 50
        notifications = Self.levels(content["notifications"])
        var actions: [Action: Int64] = [:]
        for action in Action.allCases { actions[action] = content[action.rawValue]?.int }
        self.actions = actions
    }

    /// The level of a member, or the one that somebody who is not a member would have.
    package func level(of user: UserID) -> PowerLevel {
        if creators.arePrivileged, creators.contains(user) { return .infinite }
        return .level(users[user] ?? usersDefault)
    }

    /// The level required to send an event of this type. Memberships have rules of their own and never ask here.
    package func required(toSend type: String, asState: Bool) -> PowerLevel {
        .level(events[type] ?? (asState ? stateDefault : eventsDefault))
    }

    package func required(to action: Action) -> PowerLevel { .level(actions[action] ?? action.fallback) }

    /// The level required to notify everybody: `room` for "@room" (default 50).
    package func required(toNotify key: String) -> PowerLevel { .level(notifications[key] ?? 50) }

    package func allows(_ user: UserID, toSend type: String, asState: Bool) -> Bool {
        level(of: user) >= required(toSend: type, asState: asState)
    }

    package func allows(_ user: UserID, to action: Action) -> Bool { level(of: user) >= required(to: action) }

    /// Whether `actor` may do `action` to `target`: the level of the action, and a greater one than the target's.
    package func allows(_ actor: UserID, to action: Action, _ target: UserID) -> Bool {
        allows(actor, to: action) && level(of: target) < level(of: actor)
    }

    package func allows(_ user: UserID, toNotify key: String) -> Bool { level(of: user) >= required(toNotify: key) }

    private static func levels(_ value: JSONValue?) -> [String: Int64] {
        guard let object = value?.object else { return [:] }
        var levels: [String: Int64] = [:]
        levels.reserveCapacity(object.count)
        for (key, level) in object {
            if let level = level.int { levels[key] = level }
        }
        return levels
    }
}
