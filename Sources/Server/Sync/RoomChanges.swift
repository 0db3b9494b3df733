import MatrixAPI
import Store

/// What happened in one room in (since, upTo], from the journal's part in memory or, when that does not reach back,
/// the store.
struct RoomChanges {
    let room: RoomID
    private let since: Int64
    private let upTo: Int64
    private let source: Source
    /// What a delivery rule makes of the room's items; nil when all come as they happen.
    private var delivery: (window: DeliveryWindow, source: Source)?

    enum Source {
        /// The room's events in the range, oldest first.
        case memory([Event])
        case store(any StoreReader)
    }

    init(in room: RoomID, since: Int64, upTo: Int64, from source: Source) {
        self.room = room
        self.since = since
        self.upTo = upTo
        self.source = source
    }

    /// - Throws: `NeedsStore` when memory does not reach back to `since` and there is no reader.
    init(in room: RoomID, since: Int64, upTo: Int64, log: ChangeLog, reader: (any StoreReader)?) throws {
        if let events = log.events(in: room, since: since, upTo: upTo) {
            self.init(in: room, since: since, upTo: upTo, from: .memory(events))
        } else if let reader {
            self.init(in: room, since: since, upTo: upTo, from: .store(reader))
        } else {
            throw NeedsStore()
        }
    }

    /// The same with the items that a delivery rule gives in place of those that happened.
    ///
    /// - Throws: `NeedsStore` when memory does not reach back to where they begin and there is no reader.
    func delivering(_ window: DeliveryWindow?, log: ChangeLog, reader: (any StoreReader)?) throws -> RoomChanges {
        guard let window else { return self }
        var copy = self
        if let events = log.events(in: room, since: min(since, window.from), upTo: upTo) {
            copy.delivery = (window, .memory(events))
        } else if let reader {
            copy.delivery = (window, .store(reader))
        } else {
            throw NeedsStore()
        }
        return copy
    }

    /// Whether there may be items that happened before the range.
    var reachesBack: Bool { delivery?.window.reachesBack(before: since) ?? false }

    /// The newest `limit` events that `isWanted`, oldest first, and whether older ones in the range were left out.
    func timeline(
        limit: Int, through: Int64? = nil, where isWanted: (Event) throws -> Bool
    ) throws -> (events: [Event], isLimited: Bool) {
        let through = min(through ?? upTo, upTo)
        if let delivery {
            return try Self.timeline(
                of: delivery.source, in: room, since: min(since, delivery.window.from), limit: limit, through: through
            ) { try delivery.window.shows($0, since: since) && isWanted($0) }
        }
        return try Self.timeline(
            of: source, in: room, since: since, limit: limit, through: through, where: isWanted)
    }

    private static func timeline(
        of source: Source, in room: RoomID, since: Int64, limit: Int, through: Int64,
        where isWanted: (Event) throws -> Bool
    ) throws -> (events: [Event], isLimited: Bool) {
        switch source {
        case .memory(let events):
            let wanted = try events.filter { try $0.position <= through && isWanted($0) }
            return (Array(wanted.suffix(limit)), wanted.count > limit)
        case .store(let reader):
            return try reader.newestEvents(in: room, after: since, through: through, limit: limit, where: isWanted)
        }
    }

    /// State that changed in (since, before), for each key its newest event, by position.
    func stateChanges(before: Int64) throws -> [Event] {
        switch source {
        case .memory(let events):
            var newest: [StateKey: Event] = [:]
            for event in events where event.position < before {
                if let key = event.stateIdentity { newest[key] = event }
            }
            return newest.values.sorted { $0.position < $1.position }
        case .store(let reader):
            return try reader.stateChanges(in: room, after: since, through: before - 1)
        }
    }

    /// Whose membership or profile changed in the range.
    func changedMembers() throws -> Set<UserID> {
        let events =
            switch source {
            case .memory(let events): events
            case .store(let reader): try reader.stateChanges(in: room, after: since, through: upTo)
            }
        return Set(events.compactMap { $0.type == "m.room.member" ? $0.stateKey.map(UserID.init(unchecked:)) : nil })
    }

    /// Whether a user who was in the room at `since` and is in it as of `event` was there all the time.
    ///
    /// - Parameter event: a membership event of the user in the room.
    func hasStayed(_ event: Event) throws -> Bool {
        var event = event
        while event.position > since {
            guard event.membership == .join, let replaced = event.replaces else { return false }
            guard let earlier = try self.event(at: replaced) else { return event.previousMembership == .join }
            event = earlier
        }
        return event.membership == .join
    }

    /// The same for a user who left with `departure`.
    func hasStayed(until departure: Event) throws -> Bool {
        guard let replaced = departure.replaces else { return false }
        guard let earlier = try event(at: replaced) else { return departure.previousMembership == .join }
        return try hasStayed(earlier)
    }

    private func event(at position: Int64) throws -> Event? {
        switch source {
        case .memory(let events): events.first { $0.position == position }
        case .store(let reader): try reader.event(at: position)
        }
    }

    /// What a user was to the room at `since`, if that changed in the range.
    func membershipBefore(of user: UserID) throws -> Membership? {
        switch source {
        case .memory(let events):
            let first = events.first { $0.stateKey == user.string && $0.type == "m.room.member" }
            return first?.previousMembership
        case .store(let reader):
            return try reader.stateEvent(in: room, StateKey("m.room.member", user.string), at: since)?.membership
        }
    }
}

extension StoreReader {
    /// The newest `limit` events of a room in (after, through] that `isWanted`, oldest first, and whether older ones
    /// were left out. Looks at ten pages at most, so that a filter that matches nothing cannot cost a whole room.
    func newestEvents(
        in room: RoomID, after: Int64, through: Int64, limit: Int, where isWanted: (Event) throws -> Bool
    ) throws -> (events: [Event], isLimited: Bool) {
        var found: [Event] = []
        var through = through
        let page = max(limit + 1, 50)
        for _ in 0..<10 {
            let events = try events(in: room, after: after, through: through, order: .backward, limit: page)
            for event in events where try isWanted(event) {
                if found.count == limit { return (found.reversed(), true) }
                found.append(event)
            }
            guard events.count == page, let last = events.last else { return (found.reversed(), false) }
            through = last.position - 1
        }
        return (found.reversed(), true)
    }
}
