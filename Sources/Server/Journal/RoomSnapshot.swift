import JSON
package import MatrixAPI

/// The state of a room at one position: an immutable value that the journal replaces with each event.
package struct RoomSnapshot: Sendable, RoomStateReading {
    package let id: RoomID
    package let version: RoomVersion
    /// Position of the newest event.
    package private(set) var position: Int64 = 0
    /// Position of the newest change of a membership or profile in the room.
    package private(set) var membersPosition: Int64 = 0
    /// State other than memberships.
    package private(set) var state = PersistentMap<StateKey, Event>()
    /// The membership events of all that ever had one.
    package private(set) var members = PersistentMap<UserID, Event>()
    /// Belongs to `members` as they are: another one whenever they change.
    private(set) var longestMembers = RoomHeroes()
    package private(set) var joinedCount = 0
    package private(set) var invitedCount = 0
    /// The levels in force; nil until the create event is there.
    package private(set) var levels: PowerLevels?
    package private(set) var joinRule = "invite"
    package private(set) var historyVisibility = HistoryVisibility.shared
    package private(set) var isEncrypted = false
    /// The room's type, such as `m.space`; nil for rooms to talk in.
    package private(set) var type: String?

    package init(id: RoomID, version: RoomVersion) {
        self.id = id
        self.version = version
    }

    /// - Parameter current: the current state, in any order.
    package init(id: RoomID, version: RoomVersion, current: [Event], position: Int64) {
        self.init(id: id, version: version)
        for event in current { apply(event) }
        self.position = max(position, self.position)
    }

    /// Whether being in this room means to be with its members, who then learn of one another's presence and devices.
    /// The portal and what it distributes has everybody in it, and brings nobody together.
    package var bringsTogether: Bool {
        guard let type else { return true }
        return !type.hasPrefix("mado.") && !(type == "m.space" && state[StateKey("mado.portal")] != nil)
    }

    /// Takes in an event that is in the room now.
    package mutating func apply(_ event: Event) {
        position = max(position, event.position)
        guard let key = event.stateIdentity else { return }
        if key.type == "m.room.member" { return applyMember(event, UserID(unchecked: key.key)) }
        state[key] = event
        guard key.key.isEmpty else { return }
        switch key.type {
        case "m.room.create", "m.room.power_levels":
            if key.type == "m.room.create" { type = event.content["type"]?.string }
            levels = creators(version).map {
                PowerLevels(content: stateEvent("m.room.power_levels")?.content, creators: $0)
            }
        case "m.room.join_rules": joinRule = event.content["join_rule"]?.string ?? "invite"
        case "m.room.history_visibility":
            historyVisibility =
                HistoryVisibility(rawValue: event.content["history_visibility"]?.string ?? "") ?? .shared
        case "m.room.encryption": isEncrypted = true
        default: break
        }
    }

    private mutating func applyMember(_ event: Event, _ user: UserID) {
        let before = members[user]?.membership
        let after = event.membership ?? .leave
        if before == .join { joinedCount -= 1 }
        if before == .invite { invitedCount -= 1 }
        if after == .join { joinedCount += 1 }
        if after == .invite { invitedCount += 1 }
        members[user] = event
        longestMembers = RoomHeroes()
        membersPosition = max(membersPosition, event.position)
    }

    /// Takes in that an event was redacted, if it is part of the current state, or what that state replaced.
    package mutating func replaceRedacted(_ event: Event) {
        guard let key = event.stateIdentity, let present = stateEvent(key) else { return }
        let position = self.position
        if present.position == event.position {
            apply(event)
        } else if present.replaces == event.position {
            apply(present.withoutPreviousContent)
        }
        self.position = position
    }

    // MARK: Reading

    package func stateEvent(_ key: StateKey) -> Event? {
        key.type == "m.room.member" ? members[UserID(unchecked: key.key)] : state[key]
    }

    package func membership(of user: UserID) -> Membership? { members[user]?.membership }

    package func powerLevels(_ version: RoomVersion) -> PowerLevels? { levels }

    package func isJoined(_ user: UserID) -> Bool { members[user]?.membership == .join }

    /// The members with this membership, in no particular order.
    package func users(with membership: Membership) -> [UserID] {
        var users: [UserID] = []
        members.forEach { user, event in if event.membership == membership { users.append(user) } }
        return users
    }

    /// Every piece of current state, in no particular order.
    package var allState: [Event] { state.values + members.values }

    /// A string in the content of a state event with an empty state key, such as the room's name.
    package func text(_ type: String, _ member: String) -> String? {
        guard let text = stateEvent(type)?.content[member]?.string, !text.isEmpty else { return nil }
        return text
    }
}
