import JSON
import MatrixAPI
import Store

/// Computes what a member's device has to learn since its last sync: the one place for long poll and stream.
///
/// Runs on the connection's loop as long as everything is in memory, and on a reader's thread when it throws
/// `NeedsStore` there. Source: Client-Server API, `GET /sync`.
struct SyncComputation {
    let sources: SyncSources
    let query: SyncQuery
    let upTo: SyncToken
    let reader: (any StoreReader)?
    let changes: SyncChanges
    let memberships: [RoomID: RoomMembership]
    let ignored: Set<UserID>
    let encoding: EventEncoding
    /// nil when nobody has to be looked for.
    private(set) var encounters = SyncEncounters()

    var user: UserID { query.user }
    var since: Int64 { query.since?.position ?? 0 }
    var isInitial: Bool { query.since == nil }
    /// Whether nobody's typing or presence changed since the client asked last.
    var isEphemerallyQuiet: Bool { knownEphemeral == upTo.ephemeral }
    /// The number of the last typing or presence change that the client knows; nil when it knows none.
    var knownEphemeral: Int64? {
        guard let token = query.since, token.epoch == upTo.epoch else { return nil }
        return token.ephemeral
    }

    /// - Throws: `NeedsStore` when `reader` is nil and memory does not hold what it takes.
    static func run(_ query: SyncQuery, _ sources: SyncSources, reader: (any StoreReader)?) throws -> SyncAnswer {
        try prepare(query, sources, reader: reader).answer()
    }

    /// Whose devices changed or came into sight or went out of it, as sync tells.
    static func deviceLists(
        _ query: SyncQuery, _ sources: SyncSources, reader: any StoreReader
    ) throws -> SyncDeviceLists {
        try prepare(query, sources, reader: reader).deviceLists()
    }

    /// What changed for the device since it asked last, for those who tell it.
    /// - Throws: as `run`.
    static func prepare(
        _ query: SyncQuery, _ sources: SyncSources, reader: (any StoreReader)?
    ) throws -> SyncComputation {
        let upTo = sources.now
        guard query.since != nil || reader != nil else { throw NeedsStore() }
        guard let memberships = try sources.journal.memberships(of: query.user, inMemoryOr: reader) else {
            throw NeedsStore()
        }
        guard let ignored = try sources.ignoredUsers.ignored(by: query.user, reader) else { throw NeedsStore() }
        // A token of the future (a store that was restored from a backup) begins anew rather than never answer.
        var query = query
        if let since = query.since, since.position > upTo.position {
            query.since = nil
            if reader == nil { throw NeedsStore() }
        }
        let since = query.since?.position ?? upTo.position
        let changes = try SyncChanges(
            query, sources, since: since, upTo: upTo.position, memberships: memberships, reader: reader)
        var computation = SyncComputation(
            sources: sources, query: query, upTo: upTo, reader: reader, changes: changes, memberships: memberships,
            ignored: ignored, encoding: EventEncoding(user: query.user, device: query.device, now: sources.clock.now))
        if query.since != nil { computation.encounters = try computation.findEncounters() }
        return computation
    }

    /// The reader, where only the store can tell.
    func store() throws -> any StoreReader {
        guard let reader else { throw NeedsStore() }
        return reader
    }

    func room(_ id: RoomID) throws -> RoomSnapshot? {
        if let room = sources.journal.rooms.value(id) { return room }
        return try sources.journal.room(id, try store())
    }

    private func answer() throws -> SyncAnswer {
        let rooms = try self.rooms()
        let toDevice = changes.toDevice.prefix(SyncChanges.toDeviceLimit)
        let accountData = try globalAccountData()
        let presence = try self.presence()
        let deviceLists = try self.deviceLists()
        var token = upTo
        if changes.toDevice.count > toDevice.count { token.toDevice = toDevice.last?.position }
        let keys = try sources.keys.keyCounts(of: user, device: query.device, reader)
        guard let keys else { throw NeedsStore() }

        let body = JSONWriter.object { body in
            body.member("next_batch", token.description)
            if !accountData.isEmpty { body.object("account_data") { $0.events(accountData) } }
            if !presence.isEmpty { body.object("presence") { $0.events(presence) } }
            if !toDevice.isEmpty { body.object("to_device") { $0.events(toDevice.map { RawJSON($0.message) }) } }
            if !deviceLists.isEmpty { deviceLists.write(to: &body) }
            keys.write(to: &body)
            if !rooms.isEmpty { rooms.write(to: &body) }
        }
        let isEmpty =
            accountData.isEmpty && presence.isEmpty && toDevice.isEmpty && deviceLists.isEmpty && rooms.isEmpty
        return SyncAnswer(body: body, token: token, isEmpty: isEmpty, hasMessages: !toDevice.isEmpty)
    }

    // MARK: Account data and presence

    private func globalAccountData() throws -> [RawJSON] {
        let data: [(type: String, content: [UInt8])]
        if isInitial {
            data = try store().accountData(of: user, room: nil).map { ($0.type, $0.json) }
        } else {
            data = changes.accountData[nil] ?? []
        }
        return data.filter { query.filter.accountData.matches(type: $0.type, sender: user) }.map(Self.accountDataEvent)
    }

    static func accountDataEvent(_ data: (type: String, content: [UInt8])) -> RawJSON {
        RawJSON(
            JSONWriter.object { event in
                event.member("type", data.type)
                event.member("content", RawJSON(data.content))
            })
    }

    private func presence() throws -> [RawJSON] {
        let filter = query.filter.presence
        guard !filter.excludesAll else { return [] }
        var others = try presenceChanges(after: knownEphemeral)
        // Whom the client did not see before it knows nothing of.
        let met = encounters.met.subtracting(others)
        others.formUnion(met)
        var events: [RawJSON] = []
        for other in others.sorted() where filter.matches(type: "m.presence", sender: other) {
            guard let (content, isOffline) = sources.presence.presence(of: other) else { continue }
            // Offline is what clients assume.
            if isOffline, isInitial || met.contains(other) { continue }
            events.append(
                RawJSON(
                    JSONWriter.object { event in
                        event.member("type", "m.presence")
                        event.member("sender", other.string)
                        event.member("content", RawJSON(content))
                    }))
        }
        return events
    }

    /// Whose presence changed, of those whom the member sees. Costs the smaller of the number of changes on the whole
    /// server and that of whom the member sees, so that a token from long ago costs what the member has to learn.
    private func presenceChanges(after known: Int64?) throws -> Set<UserID> {
        if isEphemerallyQuiet { return [] }
        let count = sources.presence.changeCount(after: known)
        guard count > 0 else { return [] }
        if let seen = try whoIsSeen(fewerThan: count) {
            return Set(sources.presence.users(among: seen, changedAfter: known))
        }
        return try whoSharesRooms(of: sources.presence.users(changedAfter: known))
    }

    /// The member and whoever is in a room with them, those in several as often; nil when that is `limit` or more.
    private func whoIsSeen(fewerThan limit: Int) throws -> [UserID]? {
        var seen = [user]
        for (id, membership) in memberships where membership.membership == .join {
            guard let room = try room(id), room.bringsTogether else { continue }
            guard seen.count + room.joinedCount < limit else { return nil }
            room.members.forEach { other, event in if event.membership == .join { seen.append(other) } }
        }
        return seen
    }

    /// Those of `users` who are the member or joined to a room that the member is joined to.
    ///
    /// Costs, for each room of the member, the smaller of the number of its members and that of `users`.
    func whoSharesRooms(of users: some Sequence<UserID>, except: RoomID? = nil) throws -> Set<UserID> {
        var rest = Set(users)
        guard !rest.isEmpty else { return rest }
        var found: Set<UserID> = []
        if rest.remove(user) != nil { found.insert(user) }
        for (id, membership) in memberships where membership.membership == .join && id != except {
            if rest.isEmpty { break }
            guard let room = try room(id), room.bringsTogether else { continue }
            var here: [UserID] = []
            if room.members.count < rest.count {
                room.members.forEach { other, _ in if rest.contains(other), room.isJoined(other) { here.append(other) }
                }
            } else {
                here = rest.filter(room.isJoined)
            }
            found.formUnion(here)
            rest.subtract(here)
        }
        return found
    }
}

extension JSONWriter {
    /// `"events": […]`
    mutating func events(_ events: [RawJSON]) {
        array("events") { list in for event in events { list.value(event) } }
    }
}

extension Journal {
    /// The memberships if they are in memory, or read by `reader`; nil when neither.
    func memberships(of user: UserID, inMemoryOr reader: (any StoreReader)?) throws -> [RoomID: RoomMembership]? {
        if let known = memberships.value(user) { return known }
        guard let reader else { return nil }
        return try memberships(of: user, reader)
    }
}
