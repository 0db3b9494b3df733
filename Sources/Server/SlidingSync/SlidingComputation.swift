import JSON
import MatrixAPI
import Store

/// What a device asks of sliding sync.
struct SlidingQuery: SyncQuestion {
    let user: UserID
    let device: DeviceID
    let request: SlidingRequest
    /// What the client has.
    var state: SlidingState

    func answer(from sources: SyncSources, reader: (any StoreReader)?) throws -> SlidingAnswer {
        var computation = try SlidingComputation(self, sources, reader: reader)
        return try computation.answer()
    }

    /// The same as sync has it.
    fileprivate var syncQuery: SyncQuery {
        var query = SyncQuery(
            user: user, device: device, filter: .everything, since: state.token, fullState: false)
        query.messages = request.extensions.toDevice.map { .after($0.since) } ?? .none
        return query
    }
}

/// What sliding sync answers.
struct SlidingAnswer: Sendable {
    let lists: RawJSON
    let rooms: RawJSON
    let extensions: RawJSON
    /// What the client has when it gets this.
    let state: SlidingState
    /// Whether there is nothing in it that the client does not know.
    let isEmpty: Bool
    /// Messages to the device up to here are in it; nil when there are none.
    let messagesThrough: Int64?

    func body(_ position: SlidingPosition) -> [UInt8] {
        JSONWriter.object(reserving: lists.bytes.count + rooms.bytes.count + extensions.bytes.count + 128) { body in
            body.member("pos", position.description)
            body.member("lists", lists)
            body.member("rooms", rooms)
            body.member("extensions", extensions)
        }
    }
}

/// Computes what a device has to learn of the rooms that it wants in sight.
///
/// Stands on `SyncComputation`, which says what changed for the member since the last answer; here it is decided which
/// rooms are in sight, and what the client lacks of each. Source: MSC4186.
struct SlidingComputation {
    let base: SyncComputation
    /// What happened since the last answer.
    let changes: SyncChanges
    private(set) var request: SlidingRequest
    /// What the client has.
    let before: SlidingState
    /// What it has afterwards.
    var after: SlidingState

    var user: UserID { base.user }
    var upTo: Int64 { base.upTo.position }
    var isInitial: Bool { before.token == nil }

    init(_ query: SlidingQuery, _ sources: SyncSources, reader: (any StoreReader)?) throws {
        base = try SyncComputation.prepare(query.syncQuery, sources, reader: reader)
        changes = base.changes
        request = query.request
        before = query.state
        after = query.state
        after.token = base.upTo
        request.share(before.configs)
        after.configs = request.configs
    }

    mutating func answer() throws -> SlidingAnswer {
        try followAccountData()
        let window = try self.window()
        var rooms: [(id: RoomID, body: [UInt8])] = []
        var timelines: [RoomID: Int64] = [:]
        for entry in window.rooms {
            guard let told = try room(entry) else { continue }
            rooms.append((entry.room.id, told.body))
            timelines[entry.room.id] = told.timelineStart
        }
        let isChanged = window.counts != before.counts
        after.window = Set(window.rooms.map(\.room.id))
        if after.window == before.window { after.window = before.window }
        after.counts = window.counts

        let extensions = try self.extensions(window, timelines)
        return SlidingAnswer(
            lists: RawJSON(
                JSONWriter.object { lists in
                    for (name, count) in window.counts.sorted(by: { $0.key < $1.key }) {
                        lists.object(name) { $0.member("count", count) }
                    }
                }),
            rooms: RawJSON(
                JSONWriter.object(reserving: rooms.reduce(256) { $0 + $1.body.count + 64 }) { object in
                    for (id, body) in rooms { object.member(id.string, RawJSON(body)) }
                }),
            extensions: RawJSON(extensions.body), state: after,
            isEmpty: rooms.isEmpty && !isChanged && extensions.isEmpty, messagesThrough: extensions.messagesThrough)
    }

    /// Which rooms are direct chats, and how rooms are tagged, is account data.
    private mutating func followAccountData() throws {
        var direct = before.directRooms
        if direct == nil {
            let stored = try base.store().accountData(of: user, room: nil, type: "m.direct")
            direct = Self.directRooms(in: stored.map(\.json) ?? [])
        }
        for data in changes.accountData[nil] ?? [] where data.type == "m.direct" {
            direct = Self.directRooms(in: data.content)
        }
        after.directRooms = direct

        guard request.lists.contains(where: \.filter.needsTags) else {
            after.tags = nil
            return
        }
        var tags = before.tags ?? [:]
        if before.tags == nil {
            for row in try base.store().accountData(of: user, after: 0, through: upTo) where row.type == "m.tag" {
                if let room = row.room { tags[room] = Self.tags(in: row.json) }
            }
        }
        for (room, changes) in changes.accountData {
            guard let room else { continue }
            for data in changes where data.type == "m.tag" { tags[room] = Self.tags(in: data.content) }
        }
        after.tags = tags
    }

    private static func directRooms(in content: [UInt8]) -> Set<RoomID> {
        guard let users = (try? JSONValue.stored(content))?.object else { return [] }
        return Set(users.flatMap { $0.value.array?.compactMap { $0.string.flatMap { RoomID($0) } } ?? [] })
    }

    private static func tags(in content: [UInt8]) -> Set<String> {
        guard let tags = (try? JSONValue.stored(content))?["tags"]?.object else { return [] }
        return Set(tags.map(\.key))
    }

    func isDirect(_ room: RoomID) -> Bool { after.directRooms?.contains(room) ?? false }
}
