import JSON
import MatrixAPI
import Store

/// What an answer tells of a room.
struct SlidingRoomNews {
    let body: [UInt8]
    /// Position of the first event in it; nil without any.
    let timelineStart: Int64?
}

extension SlidingComputation {
    /// What the client lacks of a room in sight; nil when that is nothing. Notes what it has then.
    mutating func room(_ entry: SlidingWindow.Entry) throws -> SlidingRoomNews? {
        let sent = before.rooms[entry.room.id]
        let news: SlidingRoomNews?
        switch entry.room.sight {
        case .joined: news = try joinedRoom(entry, sent)
        case .left(let departure): news = try leftRoom(entry, sent, departure)
        case .outside: news = try roomFromOutside(entry, sent)
        }
        if news == nil, var sent {
            // Less may be asked for than before: more again is to be noticed.
            guard sent.config != entry.config else { return nil }
            sent.position = before.told(of: entry.room.id, sent)
            sent.config = entry.config
            after.setRoom(entry.room.id, sent)
        }
        return news
    }

    // MARK: Joined rooms

    private mutating func joinedRoom(_ entry: SlidingWindow.Entry, _ sent: SentRoom?) throws -> SlidingRoomNews? {
        let room = entry.room
        guard let sent, sent.sight == .joined else { return try wholeRoom(entry, room.snapshot, through: upTo) }
        let since = before.told(of: room.id, sent)
        let changes = try self.changes(in: room.id, since: since)
        guard try changes.hasStayed(room.own) else { return try wholeRoom(entry, room.snapshot, through: upTo) }
        var next = sent
        var part = SlidingRoomPart(room: room.snapshot, since: since)
        let visibility = HistoryVisibilityFilter(user: user, room: room.snapshot, reader: base.reader)
        if room.snapshot.position > since || changes.reachesBack {
            try add(changes, through: upTo, entry.config, visibility, to: &part, &next)
        }
        try expand(entry.config, sent, visibility, through: upTo, &part, &next)
        if isDirect(room.id) != sent.isDirect { part.isDirect = isDirect(room.id) }
        let isRead = try self.changes.receipts(in: room.id).contains { $0.user == user }
        if request.dialect == .simplified, room.snapshot.position > since || isRead {
            let unread = try unread(in: room.snapshot)
            if unread != sent.unread { part.unread = unread }
        }
        guard !part.isEmpty else { return nil }
        return try tell(part, entry, next)
    }

    /// Adds what happened in the room since it was told of.
    private func add(
        _ changes: RoomChanges, through: Int64, _ config: SlidingRoomConfig, _ visibility: HistoryVisibilityFilter,
        to part: inout SlidingRoomPart, _ next: inout SentRoom
    ) throws {
        let seesAll = visibility.seesEverything(after: part.since)
        func isVisible(_ event: Event) throws -> Bool {
            try !base.ignored.hides(event) && (seesAll || visibility.allows(event))
        }
        (part.events, part.isLimited) = try changes.timeline(
            limit: config.timelineLimit, through: through, where: isVisible)
        let changed = try changes.stateChanges(before: through + 1)
        part.changedKeys = Set(changed.compactMap(\.stateIdentity))
        part.state = changed.filter(config.state.matches)
        if part.isLimited { next.forgetLazyMembers() }
        next.eventCount = part.isLimited ? part.events.count : next.eventCount.adding(part.events.count)
        if config.state.lazyMembers {
            // With a gap there may be too many of them; the client knows then that it does not have them all.
            let updated = part.isLimited ? [] : changed.filter { $0.type == "m.room.member" }
            try addLazyMembers(updated, through: through, to: &part, &next)
        }
        let bump = try changes.timeline(limit: 1, through: through) { try $0.isBump && isVisible($0) }
        part.bumpStamp = bump.events.last?.position
    }

    /// The memberships that the timeline needs and the client does not have, and `updated`.
    private func addLazyMembers(
        _ updated: [Event], through: Int64, to part: inout SlidingRoomPart, _ next: inout SentRoom
    ) throws {
        var needed = Set(part.events.map(\.sender))
        for event in part.events where event.type == "m.room.member" {
            if let key = event.stateKey { needed.insert(UserID(unchecked: key)) }
        }
        let known = Set(part.state.compactMap { $0.type == "m.room.member" ? $0.stateKey : nil })
        let changed = Set(updated.map { UserID(unchecked: $0.stateKey ?? "") })
        let lacking = needed.subtracting(next.lazyMembers).union(changed).filter { !known.contains($0.string) }
        part.state += lacking.compactMap { part.room.members[$0] }.filter { $0.position <= through }
        next.addLazyMembers(needed.union(changed))
    }

    /// Adds what the client had not asked for when it was told of the room.
    private func expand(
        _ config: SlidingRoomConfig, _ sent: SentRoom, _ visibility: HistoryVisibilityFilter, through: Int64,
        _ part: inout SlidingRoomPart, _ next: inout SentRoom
    ) throws {
        guard config != sent.config else { return }
        if config.state != sent.config.state {
            let given = Set(part.state.map(\.position))
            part.state += config.state.events(of: part.room).filter {
                !sent.config.state.matches($0) && !given.contains($0.position)
            }
        }
        let limit = config.timelineLimit
        guard limit > sent.config.timelineLimit, limit > next.eventCount else { return }
        let window = try base.deliveryWindow(of: part.room.id)
        let older = try base.store().newestEvents(in: part.room.id, after: 0, through: through, limit: limit) {
            try !base.ignored.hides($0) && visibility.allows($0) && (window?.isDelivered($0) ?? true)
        }
        guard older.events.count > part.events.count else { return }
        part.isExpanded = older.events.first.map { $0.position <= part.since } ?? false
        (part.events, part.isLimited) = older
        next.eventCount = older.isLimited ? older.events.count : .max
        if config.state.lazyMembers { try addLazyMembers([], through: through, to: &part, &next) }
    }

    // MARK: Whole rooms

    /// All that is asked for of a room, up to a position; `room` is as it was then.
    private mutating func wholeRoom(
        _ entry: SlidingWindow.Entry, _ room: RoomSnapshot, through: Int64
    ) throws -> SlidingRoomNews {
        let store = try base.store()
        var next = SentRoom(position: upTo, sight: entry.room.sight, config: entry.config)
        var part = SlidingRoomPart(room: room, since: before.token?.position ?? upTo)
        part.isWhole = true
        let visibility = HistoryVisibilityFilter(user: user, room: entry.room.snapshot, reader: store)
        let window = try base.deliveryWindow(of: room.id)
        func isVisible(_ event: Event) throws -> Bool {
            try !base.ignored.hides(event) && visibility.allows(event) && (window?.isDelivered(event) ?? true)
        }
        let limit = entry.config.timelineLimit
        (part.events, part.isLimited) = try store.newestEvents(
            in: room.id, after: 0, through: through, limit: limit, where: isVisible)
        next.eventCount = part.isLimited ? part.events.count : .max
        part.state = entry.config.state.events(of: room)
        if entry.config.state.lazyMembers { try addLazyMembers([], through: through, to: &part, &next) }
        if isDirect(room.id) { part.isDirect = true }
        guard entry.room.sight == .joined else { return try tell(part, entry, next) }
        part.bumpStamp =
            try part.events.last(where: \.isBump)?.position
            ?? store.newestEvents(
                in: room.id, after: 0, through: through, limit: 1, where: { try $0.isBump && isVisible($0) }
            ).events.last?.position
        if request.dialect == .simplified { part.unread = try unread(in: room) }
        return try tell(part, entry, next)
    }

    // MARK: Rooms that were left

    private mutating func leftRoom(
        _ entry: SlidingWindow.Entry, _ sent: SentRoom?, _ departure: Int64
    ) throws -> SlidingRoomNews? {
        let room = entry.room
        if let sent, sent.sight == room.sight {
            let since = before.told(of: room.id, sent)
            guard room.own.position > since else { return nil }
            // What came after the departure (a ban, say) is the member's to know.
            var part = SlidingRoomPart(room: room.snapshot, since: since)
            part.events = [room.own]
            part.state = [room.own].filter(entry.config.state.matches)
            part.isOnlyMembership = true
            return try tell(part, entry, sent)
        }
        let visibility = HistoryVisibilityFilter(user: user, room: room.snapshot, reader: base.reader)
        if let sent, sent.sight == .joined {
            let since = before.told(of: room.id, sent)
            let changes = try self.changes(in: room.id, since: since)
            if departure > since, departure == room.own.position, try changes.hasStayed(until: room.own) {
                var next = sent
                var part = SlidingRoomPart(room: room.snapshot, since: since)
                try add(changes, through: departure, entry.config, visibility, to: &part, &next)
                part.bumpStamp = room.own.position
                part.isOnlyMembership = room.snapshot.position > departure
                return try tell(part, entry, next)
            }
        }
        let state = try base.store().state(of: room.id, at: departure)
        let past = RoomSnapshot(id: room.id, version: room.snapshot.version, current: state, position: departure)
        return try wholeRoom(entry, past, through: departure)
    }

    // MARK: Rooms from outside

    private mutating func roomFromOutside(
        _ entry: SlidingWindow.Entry, _ sent: SentRoom?
    ) throws -> SlidingRoomNews? {
        let room = entry.room
        if let sent, sent.sight == .outside, before.told(of: room.id, sent) >= room.own.position { return nil }
        let isPending = room.own.membership == .invite || room.own.membership == .knock
        // When it came to nothing, that is all there is to know.
        let stripped =
            isPending
            ? StrippedState.events(of: room.snapshot, for: user) : [RawJSON(StrippedState.json(of: room.own))]
        let body = try JSONWriter.object { body in
            writeCommon(entry, bumpStamp: room.own.position, to: &body)
            body.member("initial", true)
            if isDirect(room.id) { body.member("is_dm", true) }
            switch request.dialect {
            case .stable: body.array("stripped_state") { list in for event in stripped { list.value(event) } }
            case .simplified where isPending:
                body.array("invite_state") { list in for event in stripped { list.value(event) } }
            case .simplified:
                let own = try base.encoding.encode(room.own, in: room.snapshot, includesRoomID: false, base.reader)
                body.array("required_state") { if entry.config.state.matches(room.own) { $0.value(own) } }
                body.array("timeline") { $0.value(own) }
            }
        }
        let next = SentRoom(position: upTo, sight: .outside, config: entry.config, isDirect: isDirect(room.id))
        after.setRoom(room.id, next)
        return SlidingRoomNews(body: body, timelineStart: nil)
    }

    // MARK: Reading

    private func changes(in room: RoomID, since: Int64) throws -> RoomChanges {
        let log = base.sources.journal.log
        return try RoomChanges(in: room, since: since, upTo: upTo, log: log, reader: base.reader)
            .delivering(base.deliveryWindow(of: room, since: since), log: log, reader: base.reader)
    }

    private func unread(in room: RoomSnapshot) throws -> UnreadCount.Pair {
        guard
            let unread = try base.sources.unread.counts(
                of: user, in: room, upTo: upTo, log: base.sources.journal.log, base.reader,
                base.deliveryWindow(of: room.id))
        else { throw NeedsStore() }
        return unread.total
    }

    private mutating func tell(
        _ part: SlidingRoomPart, _ entry: SlidingWindow.Entry, _ next: SentRoom
    ) throws -> SlidingRoomNews {
        let body = try encode(part, entry)
        var next = next
        next.position = upTo
        next.sight = entry.room.sight
        next.config = entry.config
        next.isDirect = isDirect(entry.room.id)
        if let unread = part.unread { next.unread = unread }
        after.setRoom(entry.room.id, next)
        return SlidingRoomNews(body: body, timelineStart: part.events.first?.position)
    }
}

extension Int {
    /// The sum, or the greatest number where that would be greater.
    fileprivate func adding(_ other: Int) -> Int { addingReportingOverflow(other).overflow ? .max : self + other }
}

extension Event {
    /// Whether it brings its room to the front of those who sort by what was said. Source: MSC4186, `bump_stamp`.
    fileprivate var isBump: Bool { Self.bumpTypes.contains(type) }

    private static let bumpTypes: Set<String> = [
        "m.room.create", "m.room.message", "m.room.encrypted", "m.sticker", "m.call.invite", "m.poll.start",
        "m.beacon_info",
    ]
}
