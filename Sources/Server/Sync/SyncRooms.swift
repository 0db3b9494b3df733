import JSON
import MatrixAPI
import Store

/// The rooms of an answer, each already encoded.
struct SyncRooms {
    var join: [(id: RoomID, body: [UInt8])] = []
    var invite: [(id: RoomID, body: [UInt8])] = []
    var knock: [(id: RoomID, body: [UInt8])] = []
    var leave: [(id: RoomID, body: [UInt8])] = []

    var isEmpty: Bool { join.isEmpty && invite.isEmpty && knock.isEmpty && leave.isEmpty }

    func write(to body: inout JSONWriter) {
        body.object("rooms") { rooms in
            for (name, list) in [("join", join), ("invite", invite), ("knock", knock), ("leave", leave)]
            where !list.isEmpty {
                rooms.object(name) { object in
                    for (id, body) in list { object.member(id.string, RawJSON(body)) }
                }
            }
        }
    }
}

extension SyncComputation {
    func rooms() throws -> SyncRooms {
        var rooms = SyncRooms()
        let typingRooms = self.typingRooms()
        for id in candidates(typingRooms) {
            guard let membership = memberships[id] else { continue }
            if let told = try sharedRoom(id, membership, typingRooms) {
                if let body = told.body { rooms.join.append((id, body)) }
                continue
            }
            guard let room = try room(id) else { continue }
            if membership.isForgotten {
                if let body = try forgottenRoom(room, membership) { rooms.leave.append((id, body)) }
                continue
            }
            switch membership.membership {
            case .join:
                if let body = try joinedRoom(room, membership, typingRooms) { rooms.join.append((id, body)) }
            case .invite where isInitial || membership.position > since:
                if let sender = room.members[user]?.sender, ignored.contains(sender) { continue }
                rooms.invite.append((id, strippedRoom(room, "invite_state")))
            case .knock where isInitial || membership.position > since:
                rooms.knock.append((id, strippedRoom(room, "knock_state")))
            case .leave, .ban:
                if let body = try leftRoom(room, membership) { rooms.leave.append((id, body)) }
            case .invite, .knock: break
            }
        }
        return rooms
    }

    /// Where it changed who types; nil when the client knows nothing of that.
    private func typingRooms() -> Set<RoomID>? {
        if isEphemerallyQuiet { return [] }
        return knownEphemeral.map { Set(sources.typing.rooms(changedAfter: $0)) }
    }

    /// The rooms that may have something to tell.
    private func candidates(_ typingRooms: Set<RoomID>?) -> [RoomID] {
        func isWanted(_ id: RoomID) -> Bool { query.filter.room.matches(id) }
        if isInitial || query.fullState { return memberships.keys.filter(isWanted) }
        // Who typed before the server was started is not known: that somebody types now is news.
        let typing = typingRooms ?? Set(sources.typing.rooms(changedAfter: 0))
        return changes.touchedRooms.filter(isWanted) + typing.subtracting(changes.touchedRooms).filter(isWanted)
    }

    private func strippedRoom(_ room: RoomSnapshot, _ name: String) -> [UInt8] {
        JSONWriter.object { body in
            body.object(name) { $0.events(StrippedState.events(of: room, for: user)) }
        }
    }

    // MARK: Joined rooms

    private func joinedRoom(
        _ room: RoomSnapshot, _ membership: RoomMembership, _ typingRooms: Set<RoomID>?
    ) throws -> [UInt8]? {
        let wasThere = try !isInitial && membershipAtSince(room.id, membership) == .join
        // Who was away in between lacks state that changed meanwhile.
        let wasJoined = try wasThere && (room.members[user].map { try changes.of(room.id).hasStayed($0) } ?? false)
        let isNew = !wasJoined || query.fullState
        let receipts = try changes.receipts(in: room.id)
        let accountData = try roomAccountData(room.id, isNew: !wasJoined)
        let window = try deliveryWindow(of: room.id)
        let roomChanges = try changes.of(room.id).delivering(window, log: sources.journal.log, reader: reader)
        let timeline =
            !wasJoined || room.position > since || roomChanges.reachesBack
            ? try timeline(of: room, after: wasThere ? since : 0, wasJoined: wasJoined, roomChanges, window)
            : SyncTimeline(events: [], isLimited: false)
        let summary =
            isNew || room.membersPosition > since || timeline.isLimited ? RoomSummary(of: room, for: user) : nil
        let state =
            isNew || room.position > since
            ? try state(of: room, timeline, summary, wasJoined: wasJoined) : []
        let ephemeral = try ephemeral(in: room, receipts, isNew: !wasJoined, typingRooms)
        let ownReceipt = receipts.contains { $0.user == user }
        guard
            isNew || ownReceipt || !timeline.events.isEmpty || !state.isEmpty || !ephemeral.isEmpty
                || !accountData.isEmpty
        else { return nil }

        guard
            let unread = try sources.unread.counts(
                of: user, in: room, upTo: upTo.position, log: sources.journal.log, reader, window)
        else { throw NeedsStore() }
        return try JSONWriter.object { body in
            body.member("timeline", try encode(timeline, of: room))
            body.object("state") { $0.events(state) }
            body.object("ephemeral") { $0.events(ephemeral) }
            body.object("account_data") { $0.events(accountData) }
            unread.write(to: &body, byThread: query.filter.room.timeline.unreadThreadNotifications)
            summary?.write(to: &body)
        }
    }

    /// What a delivery rule of the member makes of a room's items; nil when there is none.
    func deliveryWindow(of room: RoomID, since: Int64? = nil) throws -> DeliveryWindow? {
        try sources.deliveries?.window(
            of: user, in: room, since: since ?? self.since, upTo: upTo.position, reader)
    }

    func membershipAtSince(_ id: RoomID, _ membership: RoomMembership) throws -> Membership? {
        guard membership.position > since else { return membership.membership }
        return try changes.of(id).membershipBefore(of: user)
    }

    // MARK: Timeline

    struct SyncTimeline {
        var events: [Event]
        var isLimited: Bool
        /// Everything before this position is older than the timeline.
        func start(_ upTo: Int64) -> Int64 { events.first?.position ?? upTo + 1 }
    }

    /// - Parameter after: what the client has of the room.
    func timeline(
        of room: RoomSnapshot, after: Int64, wasJoined: Bool, _ changes: RoomChanges, _ window: DeliveryWindow?
    ) throws -> SyncTimeline {
        let filter = query.filter.room.timeline
        let limit = filter.limit ?? 10
        if filter.excludesAll || !filter.matches(room: room.id) { return SyncTimeline(events: [], isLimited: false) }
        let visibility = HistoryVisibilityFilter(user: user, room: room, reader: reader)
        if wasJoined {
            // Between two syncs the member may have left and come back.
            let seesAll = visibility.seesEverything(after: since)
            let (events, isLimited) = try changes.timeline(limit: limit) {
                try filter.matches($0) && !ignored.hides($0) && (seesAll || visibility.allows($0))
            }
            return SyncTimeline(events: events, isLimited: isLimited)
        }
        let (events, isLimited) = try store().newestEvents(
            in: room.id, after: after, through: upTo.position, limit: limit
        ) {
            try filter.matches($0) && !ignored.hides($0) && visibility.allows($0)
                && (window?.isDelivered($0) ?? true)
        }
        // What the client has of the room from earlier does not join on.
        return SyncTimeline(events: events, isLimited: isLimited || !isInitial)
    }

    func encode(_ timeline: SyncTimeline, of room: RoomSnapshot) throws -> RawJSON {
        let start = timeline.start(upTo.position)
        let events = try timeline.events.map { try encode($0, in: room) }
        return RawJSON(
            JSONWriter.object(reserving: events.reduce(64) { $0 + $1.bytes.count + 1 }) { object in
                object.events(events)
                object.member("limited", timeline.isLimited)
                object.member("prev_batch", TimelineToken(after: start - 1).description)
            })
    }

    /// The event as this client gets it, with only the fields that it wants.
    private func encode(_ event: Event, in room: RoomSnapshot) throws -> RawJSON {
        let whole = try encoding.encode(event, in: room, includesRoomID: false, reader)
        return project(whole)
    }

    private func project(_ whole: RawJSON) -> RawJSON {
        guard let fields = query.filter.eventFields, let value = try? JSONValue.stored(Array(whole.bytes)) else {
            return whole
        }
        return RawJSON(fields.project(value))
    }

    // MARK: State

    /// The state that the client lacks before the timeline begins.
    func state(
        of room: RoomSnapshot, _ timeline: SyncTimeline, _ summary: RoomSummary?, wasJoined: Bool
    ) throws -> [RawJSON] {
        let filter = query.filter.room.state
        if filter.excludesAll || !filter.matches(room: room.id) { return [] }
        let start = timeline.start(upTo.position)
        let isWhole = !wasJoined || query.fullState
        var events =
            if isWhole { try stateBefore(timeline, start, in: room) } else {
                try stateOutside(timeline, start, of: room)
            }
        if filter.lazyLoadMembers {
            var needed = Set(timeline.events.map(\.sender)).union(summary?.heroes ?? [])
            if isWhole { needed.insert(user) }
            events = try withNeededMembers(events, room, start, needed, drops: isWhole)
        }
        return try events.filter { filter.matches($0) }.map { event in
            // What it replaced costs a look into the store each: not for the whole state of a room.
            if isWhole { return project(encoding.encodeState(event, includesRoomID: false)) }
            return try encode(event, in: room)
        }
    }

    /// The state as it was just before `start`. What changed since and is not in the timeline (its filter or the
    /// history's visibility left it out) is as it is now.
    private func stateBefore(_ timeline: SyncTimeline, _ start: Int64, in room: RoomSnapshot) throws -> [Event] {
        var current = room.allState
        if query.filter.room.state.lazyLoadMembers, room.members.count > 100 {
            // Of a large room only the members are looked at that the client needs.
            current = room.state.values
        }
        let shown = Set(timeline.events.map(\.position))
        return try current.compactMap { event in
            if event.position < start { return event }
            guard let now = try version(of: event, before: upTo.position + 1) else { return nil }
            return shown.contains(now.position) ? try version(of: now, before: start) : now
        }
    }

    /// A piece of state as it was just before `start`.
    private func version(of event: Event, before start: Int64) throws -> Event? {
        var found: Event? = event
        while let event = found, event.position >= start {
            found = try event.replaces.flatMap { try store().event(at: $0) }
        }
        return found
    }

    /// State that changed since the last sync and is not in the timeline: it was before what is there, or the
    /// timeline's filter left it out.
    private func stateOutside(
        _ timeline: SyncTimeline, _ start: Int64, of room: RoomSnapshot
    ) throws -> [Event] {
        var events = timeline.isLimited ? try changes.of(room.id).stateChanges(before: start) : []
        guard query.filter.room.timeline.leavesOut(room.id) else { return events }
        let shown = Set(timeline.events.map(\.position))
        for event in try changes.of(room.id).stateChanges(before: upTo.position + 1)
        where event.position >= start || !timeline.isLimited {
            guard !shown.contains(event.position) else { continue }
            events.removeAll { $0.stateIdentity == event.stateIdentity }
            events.append(event)
        }
        return events
    }

    /// Adds the memberships that the client needs to show the timeline and name the room.
    ///
    /// - Parameter drops: leave out other members. What changed in a gap is given: the client may know these members.
    private func withNeededMembers(
        _ events: [Event], _ room: RoomSnapshot, _ start: Int64, _ needed: Set<UserID>, drops: Bool
    ) throws -> [Event] {
        var kept = events
        if drops {
            kept.removeAll { $0.type == "m.room.member" && !needed.contains(UserID(unchecked: $0.stateKey ?? "")) }
        }
        let present = Set(kept.compactMap { $0.type == "m.room.member" ? $0.stateKey : nil })
        for member in needed.sorted() where !present.contains(member.string) {
            guard let event = try room.members[member].flatMap({ try version(of: $0, before: start) }) else { continue }
            kept.append(event)
        }
        return kept
    }

    // MARK: Ephemeral and account data

    func ephemeral(
        in room: RoomSnapshot, _ receipts: [Receipt], isNew: Bool, _ typingRooms: Set<RoomID>?
    ) throws -> [RawJSON] {
        let filter = query.filter.room.ephemeral
        guard filter.matches(room: room.id) else { return [] }
        var events: [RawJSON] = []
        var receipts = receipts
        if isNew { receipts = try store().receipts(in: room.id).map(Receipt.init) }
        receipts.removeAll { $0.type == "m.read.private" && $0.user != user }
        if !receipts.isEmpty, filter.events.matches(type: "m.receipt", sender: nil) {
            events.append(ReceiptEvent.encode(receipts))
        }
        let typing = typingRooms?.contains(room.id) ?? !sources.typing.typing(in: room.id).isEmpty
        if typing || (isNew && !sources.typing.typing(in: room.id).isEmpty),
            filter.events.matches(type: "m.typing", sender: nil)
        {
            events.append(typingEvent(in: room.id))
        }
        return events
    }

    /// Who types in a room now, as `m.typing`.
    func typingEvent(in room: RoomID) -> RawJSON {
        RawJSON(
            JSONWriter.object { event in
                event.member("type", "m.typing")
                event.object("content") { content in
                    content.array("user_ids") { users in
                        for user in sources.typing.typing(in: room) { users.value(user.string) }
                    }
                }
            })
    }

    private func roomAccountData(_ id: RoomID, isNew: Bool) throws -> [RawJSON] {
        let data: [(type: String, content: [UInt8])]
        if isInitial || isNew {
            data = try store().accountData(of: user, room: id).map { ($0.type, $0.json) }
        } else {
            data = changes.accountData[id] ?? []
        }
        let filter = query.filter.room.accountData
        guard filter.matches(room: id) else { return [] }
        return data.filter { filter.events.matches(type: $0.type, sender: user) }.map(Self.accountDataEvent)
    }

    // MARK: Left rooms

    /// A room that the member left and forgot since the last sync: another device may still show it.
    private func forgottenRoom(_ room: RoomSnapshot, _ membership: RoomMembership) throws -> [UInt8]? {
        guard !isInitial, membership.position > since, let own = room.members[user] else { return nil }
        return try encode(SyncTimeline(events: [own], isLimited: false), [], room)
    }

    private func leftRoom(_ room: RoomSnapshot, _ membership: RoomMembership) throws -> [UInt8]? {
        let isNews = !isInitial && membership.position > since
        guard isNews || ((isInitial || query.fullState) && query.filter.room.includeLeave) else { return nil }
        let filter = query.filter.room.timeline
        let limit = filter.limit ?? 10
        let visibility = HistoryVisibilityFilter(user: user, room: room, reader: reader)
        var timeline: SyncTimeline
        var state: [RawJSON] = []
        // What came after the departure (a ban, say) is not the end of what the member may see.
        guard case .atDeparture(let departure) = try visibility.departure() else {
            // An invite or knock that came to nothing: all there is to know is that.
            return try encode(SyncTimeline(events: room.members[user].map { [$0] } ?? [], isLimited: false), [], room)
        }
        if isNews, departure <= since {
            timeline = SyncTimeline(events: room.members[user].map { [$0] } ?? [], isLimited: false)
        } else if isNews, try membershipAtSince(room.id, membership) == .join {
            let (events, isLimited) = try changes.of(room.id).timeline(limit: limit, through: departure) {
                try filter.matches($0) && !ignored.hides($0) && visibility.allows($0)
            }
            timeline = SyncTimeline(events: events, isLimited: isLimited)
            if isLimited {
                let changed = try changes.of(room.id).stateChanges(before: timeline.start(departure))
                state = try changed.filter { query.filter.room.state.matches($0) }.map { try encode($0, in: room) }
            }
        } else {
            let store = try store()
            let (events, isLimited) = try store.newestEvents(
                in: room.id, after: 0, through: departure, limit: limit
            ) { try filter.matches($0) && !ignored.hides($0) && visibility.allows($0) }
            timeline = SyncTimeline(events: events, isLimited: isLimited)
            let start = timeline.start(departure)
            state = try store.state(of: room.id, at: start - 1).filter { query.filter.room.state.matches($0) }.map {
                try encode($0, in: room)
            }
        }
        return try encode(timeline, state, room)
    }

    private func encode(_ timeline: SyncTimeline, _ state: [RawJSON], _ room: RoomSnapshot) throws -> [UInt8] {
        try JSONWriter.object { body in
            body.member("timeline", try encode(timeline, of: room))
            body.object("state") { $0.events(state) }
            body.object("account_data") { $0.events([]) }
        }
    }
}
