import JSON
import MatrixAPI

/// What is to be told of a room: the whole of it, or what the client lacks.
struct SlidingRoomPart {
    let room: RoomSnapshot
    /// Events after this are new to the client.
    let since: Int64
    var events: [Event] = []
    var isLimited = false
    /// Whether events are in it that are older than what the client had.
    var isExpanded = false
    var state: [Event] = []
    /// Which state changed, whether it is asked for or not.
    var changedKeys: Set<StateKey> = []
    /// nil: as before.
    var isDirect: Bool?
    var bumpStamp: Int64?
    var unread: UnreadCount.Pair?
    /// Whether the client is to forget what it knew.
    var isWhole = false
    /// Whether `room` is newer than what the member may see of it.
    var isOnlyMembership = false

    init(room: RoomSnapshot, since: Int64) {
        self.room = room
        self.since = since
    }

    /// Whether there is nothing to tell.
    var isEmpty: Bool {
        !isWhole && events.isEmpty && !isLimited && state.isEmpty && !hasNewSummary && isDirect == nil
            && unread == nil && bumpStamp == nil
    }

    private var hasNewSummary: Bool { changesName || changesAvatar || changesMembers }
    private var changesMembers: Bool { changedKeys.contains { $0.type == "m.room.member" } }
    private var changesName: Bool { changedKeys.contains(StateKey("m.room.name")) }
    private var changesAvatar: Bool { changedKeys.contains(StateKey("m.room.avatar")) }

    /// Name, picture and who is there, as far as they are new.
    func writeSummary(for user: UserID, to body: inout JSONWriter) {
        guard !isOnlyMembership else { return }
        func write(_ key: String, _ text: String?) {
            if let text { body.member(key, text) } else if !isWhole { body.memberNull(key) }
        }
        if isWhole || changesName { write("name", room.text("m.room.name", "name")) }
        if isWhole || changesAvatar { write("avatar", room.text("m.room.avatar", "url")) }
        guard isWhole || changesMembers || changesName else { return }
        let heroes = room.heroes(for: user)
        if !heroes.isEmpty {
            body.array("heroes") { list in
                for hero in heroes {
                    list.object { object in
                        object.member("user_id", hero.string)
                        let content = room.members[hero]?.content
                        object.memberIfPresent("displayname", content?["displayname"]?.string)
                        object.memberIfPresent("avatar_url", content?["avatar_url"]?.string)
                    }
                }
            }
        }
        body.member("joined_count", room.joinedCount)
        body.member("invited_count", room.invitedCount)
    }
}

extension SlidingComputation {
    /// What both dialects say of every room.
    func writeCommon(_ entry: SlidingWindow.Entry, bumpStamp: Int64?, to body: inout JSONWriter) {
        body.memberIfPresent("bump_stamp", bumpStamp)
        guard request.dialect == .stable else { return }
        body.memberIfPresent("membership", entry.room.own.membership?.rawValue)
        if !entry.lists.isEmpty { body.array("lists") { list in for name in entry.lists { list.value(name) } } }
    }

    func encode(_ part: SlidingRoomPart, _ entry: SlidingWindow.Entry) throws -> [UInt8] {
        let state = Dictionary(part.state.map { ($0.position, $0) }) { first, _ in first }.values
            .sorted { $0.position < $1.position }.map { base.encoding.encodeState($0, includesRoomID: false) }
        let timeline = try part.events.map {
            try base.encoding.encode($0, in: entry.room.snapshot, includesRoomID: false, base.reader)
        }
        let bumpStamp = entry.room.sight == .joined ? part.bumpStamp : entry.room.own.position
        return JSONWriter.object { body in
            writeCommon(entry, bumpStamp: bumpStamp, to: &body)
            if part.isWhole { body.member("initial", true) }
            part.writeSummary(for: user, to: &body)
            body.memberIfPresent("is_dm", part.isDirect)
            if part.isExpanded {
                body.member(request.dialect == .stable ? "expanded_timeline" : "unstable_expanded_timeline", true)
            }
            if part.isWhole || !state.isEmpty {
                body.array("required_state") { list in for event in state { list.value(event) } }
            }
            if part.isWhole || part.isLimited || !timeline.isEmpty {
                body.array("timeline") { list in for event in timeline { list.value(event) } }
                let start = part.events.first?.position ?? upTo + 1
                body.member("prev_batch", TimelineToken(after: start - 1).description)
                body.member("limited", part.isLimited)
                body.member("num_live", part.events.count { $0.position > part.since })
            }
            if let unread = part.unread {
                body.member("notification_count", unread.notifications)
                body.member("highlight_count", unread.highlights)
            }
        }
    }
}
