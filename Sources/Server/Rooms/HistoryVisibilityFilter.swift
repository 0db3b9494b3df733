import JSON
package import MatrixAPI
package import Store

/// What one user may see of one room: the only place that decides it, for sync, pages of history, single events,
/// and state.
///
/// Rooms are linear, so that visibility and the user's membership at an event are what their newest state event at or
/// before it says. Most questions are answered from the room's snapshot in memory; the others need a reader, and
/// fail with `NeedsStore` without one. Events that are newer than the snapshot are not judged and count as invisible:
/// the snapshot may not know yet that the user left.
///
/// Source: Client-Server API, "Room History Visibility".
package struct HistoryVisibilityFilter {
    package let user: UserID
    package let room: RoomSnapshot
    private let reader: (any StoreReader)?
    private let ignored: Set<UserID>

    /// - Parameters:
    ///   - reader: nil to ask memory only.
    ///   - ignored: whose messages the user does not want; `visible` leaves them out.
    package init(user: UserID, room: RoomSnapshot, reader: (any StoreReader)? = nil, ignoring ignored: Set<UserID> = [])
    {
        self.ignored = ignored
        self.user = user
        self.room = room
        self.reader = reader
    }

    private var memberEvent: Event? { room.members[user] }
    private var visibilityEvent: Event? { room.stateEvent("m.room.history_visibility") }

    // MARK: Timeline

    /// Whether memory alone says that the user sees every event after `position`, up to the snapshot.
    ///
    /// This is the case of nearly every sync: the user joined before, or joined since and all was shared.
    package func seesEverything(after position: Int64) -> Bool {
        let changed = visibilityEvent?.position ?? 0
        if room.historyVisibility == .worldReadable, changed <= position { return true }
        guard room.isJoined(user), let member = memberEvent else { return false }
        if member.position <= position { return true }
        // A change of the own profile is a member event too: joined before and after.
        if let replaced = member.replaces, replaced <= position, member.previousMembership == .join { return true }
        guard room.historyVisibility == .shared || room.historyVisibility == .worldReadable else { return false }
        // Before its first setting, history is shared.
        return changed <= position || visibilityEvent?.replaces == nil
    }

    /// The events that the user may see, in the order in which they come.
    /// - Throws: `NeedsStore`.
    package func visible(_ events: [Event]) throws -> [Event] {
        var lowest = Int64.max
        var highest = Int64.min
        for event in events {
            lowest = min(lowest, event.position)
            highest = max(highest, event.position)
        }
        let known = highest > room.position ? events.filter { $0.position <= room.position } : events
        let wanted = ignored.isEmpty ? known : known.filter { !ignored.hides($0) }
        if wanted.isEmpty || seesEverything(after: lowest - 1) { return wanted }
        return wanted.filter(try history(from: lowest, through: min(highest, room.position)).allows)
    }

    /// Whether the user may see the event.
    /// - Throws: `NeedsStore`.
    package func allows(_ event: Event) throws -> Bool { try !visible([event]).isEmpty }

    /// What holds for the events in [`from`, `through`], for those who ask more than `visible` tells.
    /// - Throws: `NeedsStore`.
    package func history(from: Int64, through: Int64) throws -> VisibleHistory {
        let memberships = try StateTimeline<Membership>(
            of: StateKey("m.room.member", user.string), in: room, from: from, through: through, reader: reader,
            initial: .leave, parse: { $0.membership ?? .leave })
        let visibilities = try StateTimeline<HistoryVisibility>(
            of: StateKey("m.room.history_visibility"), in: room, from: from, through: through, reader: reader,
            initial: .shared, parse: { HistoryVisibility(content: $0.content) })
        guard let memberships, let visibilities else { throw NeedsStore() }
        return VisibleHistory(
            user: user, memberships: memberships, visibilities: visibilities,
            newestJoin: try lastStay().join ?? .min, knownThrough: room.position)
    }

    // MARK: State

    /// Which state of the room a user may read.
    package enum StateAccess: Sendable, Hashable {
        /// The present one: joined, or anybody may read the room.
        case present
        /// The one after the event at this position, with which the user left.
        case atDeparture(Int64)
        /// The user was never in the room.
        case none
    }

    /// - Throws: `NeedsStore`.
    package func stateAccess() throws -> StateAccess {
        room.historyVisibility == .worldReadable ? .present : try departure()
    }

    /// Whether the user is in the room, or with which event the user left, whoever else may read it.
    /// - Throws: `NeedsStore`.
    package func departure() throws -> StateAccess {
        if room.isJoined(user) { return .present }
        let stay = try lastStay()
        guard stay.join != nil, let departure = stay.departure else { return .none }
        return .atDeparture(departure)
    }

    /// The last time that the user was in the room: the newest member event that says so (nil: never), and the one
    /// after it, which ended it (nil: it goes on).
    private struct Stay {
        var join: Int64?
        var departure: Int64?
    }

    private func lastStay() throws -> Stay {
        guard var event = memberEvent else { return Stay() }
        if room.isJoined(user) { return Stay(join: event.position) }
        while let replaced = event.replaces {
            if event.previousMembership == .join { return Stay(join: replaced, departure: event.position) }
            guard let reader else { throw NeedsStore() }
            guard let earlier = try reader.event(at: replaced) else { return Stay() }
            if earlier.membership == .join { return Stay(join: replaced, departure: event.position) }
            event = earlier
        }
        return Stay()
    }
}

/// The rules of history visibility applied to a range of events of a room, for one user.
package struct VisibleHistory: Sendable {
    let user: UserID
    let memberships: StateTimeline<Membership>
    let visibilities: StateTimeline<HistoryVisibility>
    /// Position of the newest member event with which the user was in the room.
    let newestJoin: Int64
    let knownThrough: Int64

    /// Whether the user may see the event, which must be in the range.
    package func allows(_ event: Event) -> Bool {
        guard event.position <= knownThrough else { return false }
        if allows(at: event.position) { return true }
        guard let key = event.stateKey else { return false }
        switch event.type {
        case "m.room.history_visibility":
            // Also when the visibility before the event allows it.
            return key.isEmpty && allows(visibilities.value(at: event.position - 1), at: event.position)
        case "m.room.member":
            // What happened to the user is the user's to know: an invite that was taken back, a removal, a ban.
            return key == user.string
        default: return false
        }
    }

    /// Whether the user may see what is at this position, the state of the room then included.
    func allows(at position: Int64) -> Bool { allows(visibilities.value(at: position), at: position) }

    private func allows(_ visibility: HistoryVisibility, at position: Int64) -> Bool {
        let joinsLater = newestJoin > position
        var membership = memberships.value(at: position)
        // An invite shows nothing before it is accepted.
        if membership == .invite, !joinsLater { membership = .leave }
        return visibility.allows(membership: membership, joinsLater: joinsLater)
    }

    /// What the user was to the room after the event. Source: Client-Server API, `unsigned.membership`.
    package func membership(at event: Event) -> Membership { memberships.value(at: event.position) }
}

extension Event {
    /// `content.membership` of the member event that this one replaced, when memory has it.
    var previousMembership: Membership? {
        guard let previousContent, let content = try? JSONValue.parse(previousContent, limits: .stored) else {
            return nil
        }
        return Membership(rawValue: content["membership"]?.string ?? "")
    }
}
