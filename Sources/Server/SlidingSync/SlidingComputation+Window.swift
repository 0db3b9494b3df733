import JSON
import MatrixAPI

/// The rooms in sight, and how many each list has.
struct SlidingWindow {
    struct Entry {
        let room: SlidingRoom
        var config: SlidingRoomConfig
        /// The lists that have the room in range.
        var lists: [String]
        var isSubscribed: Bool
    }

    /// Those with the newest activity first.
    var rooms: [Entry] = []
    var counts: [String: Int] = [:]

    /// The rooms that the member is in.
    var joined: [RoomID] { rooms.compactMap { $0.room.sight == .joined ? $0.room.id : nil } }
}

extension SlidingComputation {
    /// Finds the rooms that the request's lists and subscriptions bring into sight.
    mutating func window() throws -> SlidingWindow {
        let rooms = try listedRooms()
        var window = SlidingWindow()
        var entries: [RoomID: SlidingWindow.Entry] = [:]
        func add(_ room: SlidingRoom, _ config: SlidingRoomConfig, list: String?) {
            entries[room.id, default: .init(room: room, config: config, lists: [], isSubscribed: false)]
                .add(config, list)
        }
        for list in request.lists {
            let children = try self.children(of: list.filter.spaces ?? [])
            let matching = rooms.filter {
                list.filter.matches(
                    $0, isDirect: isDirect($0.id), tags: after.tags?[$0.id] ?? [], children: children)
            }
            window.counts[list.name] = matching.count
            for place in list.places(of: matching.count) { add(matching[place], list.config, list: list.name) }
        }
        for (id, config) in request.subscriptions {
            guard let membership = base.memberships[id], !membership.isForgotten,
                let room = try room(id, membership)
            else { continue }
            add(room, config, list: nil)
        }
        window.rooms = entries.values.sorted { Self.isBefore($0.room, $1.room) }
        return window
    }

    private static func isBefore(_ one: SlidingRoom, _ other: SlidingRoom) -> Bool {
        one.activity != other.activity ? one.activity > other.activity : one.id < other.id
    }

    /// The member's rooms in their order. Rooms that the member left are among them as far as the client was told of
    /// them; those from which the member was removed always are.
    private mutating func listedRooms() throws -> [SlidingRoom] {
        var rooms: [SlidingRoom] = []
        for (id, membership) in base.memberships {
            let sent = before.rooms[id]
            // Forgotten is forgotten, once the client knows that the room was left.
            if membership.isForgotten, sent.map({ before.told(of: id, $0) >= membership.position }) ?? true { continue }
            guard let room = try room(id, membership), sent != nil || isAlwaysListed(room) else { continue }
            rooms.append(room)
        }
        return rooms.sorted(by: Self.isBefore)
    }

    private func isAlwaysListed(_ room: SlidingRoom) -> Bool {
        switch room.own.membership {
        case .join, .invite, .knock: true
        case .leave, .ban, nil: room.isRemoval
        }
    }

    /// nil when there is nothing for the member to see, or what there is changed since the answer was begun: then the
    /// next one has it.
    private mutating func room(_ id: RoomID, _ membership: RoomMembership) throws -> SlidingRoom? {
        guard let snapshot = try base.room(id), let own = snapshot.members[user], own.position <= upTo else {
            return nil
        }
        switch own.membership {
        case .join: return SlidingRoom(snapshot: snapshot, own: own, sight: .joined)
        case .invite where base.ignored.contains(own.sender): return nil
        case .invite, .knock: return SlidingRoom(snapshot: snapshot, own: own, sight: .outside)
        case .leave, .ban, nil:
            let sight = try departure(own, snapshot)
            // Who was never there learns nothing of a ban.
            if own.membership == .ban, sight == .outside, before.rooms[id] == nil { return nil }
            return SlidingRoom(snapshot: snapshot, own: own, sight: sight)
        }
    }

    /// How far a member who is not in the room sees it. Finding out may take the store, and does not change.
    private mutating func departure(_ own: Event, _ room: RoomSnapshot) throws -> SlidingRoom.Sight {
        if let known = after.departures[room.id], known.membership == own.position { return known.sight }
        let visibility = HistoryVisibilityFilter(user: user, room: room, reader: base.reader)
        let sight: SlidingRoom.Sight =
            if case .atDeparture(let departure) = try visibility.departure() { .left(departure) } else { .outside }
        after.departures[room.id] = (own.position, sight)
        return sight
    }

    /// The rooms in these spaces, as far as the member is in them; not those in spaces within.
    private func children(of spaces: [RoomID]) throws -> Set<RoomID> {
        var children: Set<RoomID> = []
        for id in spaces where base.memberships[id]?.membership == .join {
            guard let space = try base.room(id), space.isJoined(user) else { continue }
            space.state.forEach { key, event in
                // Without a server to go by, the child was taken out.
                guard key.type == "m.space.child", event.content["via"]?.isArray == true else { return }
                if let child = RoomID(key.key) { children.insert(child) }
            }
        }
        return children
    }
}

extension SlidingWindow.Entry {
    fileprivate mutating func add(_ config: SlidingRoomConfig, _ list: String?) {
        if self.config != config { self.config.formUnion(config) }
        if let list { lists.append(list) } else { isSubscribed = true }
    }
}
