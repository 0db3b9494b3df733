import MatrixAPI

/// Which pieces of a room's state a client wants. Source: MSC4186, "RequiredStateRequest".
struct RequiredState: Hashable, Sendable {
    /// What one list or subscription asks for.
    struct Selection: Hashable, Sendable {
        var include = StateSelector()
        var exclude = StateSelector()
        /// Memberships only as far as the timeline needs them, and those that are included by name.
        var lazyMembers = false

        fileprivate func matches(_ key: StateKey) -> Bool {
            let isIncluded = lazyMembers && key.type == memberType ? include.names(key) : include.contains(key)
            return isIncluded && !exclude.contains(key)
        }

        /// Whether it takes every member, whoever that is.
        fileprivate var takesAllMembers: Bool {
            !lazyMembers && include.takesAll(of: memberType) && !exclude.takesAll(of: memberType)
        }
    }

    private(set) var selections: Set<Selection>

    init(_ selection: Selection) { selections = [selection] }

    mutating func formUnion(_ other: RequiredState) { selections.formUnion(other.selections) }

    /// Whether members are given that the timeline needs.
    var lazyMembers: Bool {
        selections.contains(where: \.lazyMembers) && !selections.contains(where: \.takesAllMembers)
    }

    func matches(_ key: StateKey) -> Bool { selections.contains { $0.matches(key) } }

    func matches(_ event: Event) -> Bool { event.stateIdentity.map(matches) ?? false }

    /// What a room has of it, in order. Costs as much as what is asked for, where nothing is asked for by pattern.
    func events(of room: RoomSnapshot) -> [Event] {
        var found: [Int64: Event] = [:]
        func add(_ event: Event?) {
            guard let event, matches(event) else { return }
            found[event.position] = event
        }
        for selection in selections {
            for key in selection.include.exact { add(room.stateEvent(key)) }
            if selection.include.hasPatterns { room.state.forEach { add($1) } }
            if selection.takesAllMembers {
                room.members.forEach { add($1) }
            } else {
                for key in selection.include.keys { add(room.members[UserID(unchecked: key)]) }
            }
        }
        return found.values.sorted { $0.position < $1.position }
    }
}

private let memberType = "m.room.member"

/// A set of pieces of state, given by type and key, by one of them, or as everything.
struct StateSelector: Hashable, Sendable {
    private(set) var isEverything = false
    private(set) var types: Set<String> = []
    private(set) var keys: Set<String> = []
    private(set) var exact: Set<StateKey> = []

    /// nil takes any.
    mutating func insert(type: String?, key: String?) {
        switch (type, key) {
        case (nil, nil): isEverything = true
        case (let type?, nil): types.insert(type)
        case (nil, let key?): keys.insert(key)
        case (let type?, let key?): exact.insert(StateKey(type, key))
        }
    }

    var hasPatterns: Bool { isEverything || !types.isEmpty || !keys.isEmpty }

    func contains(_ key: StateKey) -> Bool { takesAll(of: key.type) || names(key) }

    /// Whether it takes every key of this type.
    func takesAll(of type: String) -> Bool { isEverything || types.contains(type) }

    /// Whether it takes this key by its name.
    func names(_ key: StateKey) -> Bool { keys.contains(key.key) || exact.contains(key) }
}
