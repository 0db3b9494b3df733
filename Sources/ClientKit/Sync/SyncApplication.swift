import JSON
import MatrixAPI

/// Takes the answer of a sync over into the store: all of it in the caller's transaction, the token included, so that
/// an answer that comes twice changes nothing the second time.
///
/// Source: Client-Server API, "Syncing".
struct SyncApplication {
    let database: Database
    let owner: String
    /// Milliseconds since 1970.
    let now: Int64
    var changes = StoreChanges()
    /// What the first sync brings is not news.
    private let isFirst: Bool

    init(database: Database, owner: String, now: Int64) throws {
        self.database = database
        self.owner = owner
        self.now = now
        isFirst = try database.value(Self.token) == nil
    }

    /// The name under which the token is kept.
    static let token = "next_batch"

    /// - Throws: ``SyncAnswerError`` when it is no answer to a sync, ``LocalStoreError``.
    mutating func apply(_ answer: JSONValue) throws {
        guard let next = answer["next_batch"]?.string else { throw SyncAnswerError.noToken }
        for event in answer["account_data"]?["events"]?.array ?? JSONValue.emptyArray { try applyAccountData(event) }
        let rooms = answer["rooms"]
        try forEachRoom(rooms?["join"]) { try $0.applyJoined($1, $2) }
        try forEachRoom(rooms?["invite"]) { try $0.applyInvite($1, $2) }
        try forEachRoom(rooms?["leave"]) { try $0.applyLeft($1, $2) }
        for event in answer["to_device"]?["events"]?.array ?? JSONValue.emptyArray { try applyToDevice(event) }
        for event in answer["presence"]?["events"]?.array ?? JSONValue.emptyArray { try applyPresence(event) }
        try database.setValue(next, for: Self.token)
    }

    private mutating func forEachRoom(
        _ rooms: JSONValue?, _ body: (inout Self, String, JSONValue) throws -> Void
    ) throws {
        guard let rooms = rooms?.object else { return }
        for (roomID, room) in rooms where roomID.utf8.count <= 255 && room.isObject { try body(&self, roomID, room) }
    }

    // Rooms

    private mutating func applyJoined(_ roomID: String, _ value: JSONValue) throws {
        let room = try database.room(roomID)
        let before = try database.membership(of: room)
        if before == "invite" {
            // The invitation's stripped state gives way to the real one.
            try database.forgetState(of: room)
            changes.requests = true
        }
        try database.setMembership("join", of: room, since: now)
        changes.summaries.insert(roomID)
        if let summary = value["summary"] {
            try database.setCounts(
                joined: summary["m.joined_member_count"]?.int, invited: summary["m.invited_member_count"]?.int, of: room
            )
        }
        for event in value["state"]?["events"]?.array ?? JSONValue.emptyArray {
            if let event = ReceivedEvent(event) { try applyState(event, roomID, room) }
        }
        if let timeline = value["timeline"] { try applyTimeline(timeline, roomID, room) }
        for event in value["ephemeral"]?["events"]?.array ?? JSONValue.emptyArray {
            try applyEphemeral(event, roomID, room)
        }
        for event in value["account_data"]?["events"]?.array ?? JSONValue.emptyArray {
            try applyRoomAccountData(event, roomID, room)
        }
        if let counts = value["unread_notifications"] {
            try database.setUnread(
                counts["notification_count"]?.int ?? 0, highlights: counts["highlight_count"]?.int ?? 0, of: room)
        }
    }

    private mutating func applyInvite(_ roomID: String, _ value: JSONValue) throws {
        let room = try database.room(roomID)
        if try database.membership(of: room) != "invite" { try database.forgetState(of: room) }
        try database.setMembership("invite", of: room, since: now)
        // Stripped state has neither ids nor times.
        for event in value["invite_state"]?["events"]?.array ?? JSONValue.emptyArray {
            guard let type = event["type"]?.string, let key = event["state_key"]?.string,
                let sender = event["sender"]?.string, let content = event["content"], content.isObject
            else { continue }
            if type == "m.room.member" {
                let timestamp = event["origin_server_ts"]?.int ?? now
                try database.setMember(
                    key, content: content, previous: nil, sender: sender, timestamp: timestamp, in: room)
            } else {
                try database.setState(type, key, sender: sender, content: content, in: room)
            }
        }
        changes.requests = true
        changes.summaries.insert(roomID)
    }

    private mutating func applyLeft(_ roomID: String, _ value: JSONValue) throws {
        let room = try database.room(roomID)
        if try database.membership(of: room) == "invite" { changes.requests = true }
        for event in value["state"]?["events"]?.array ?? JSONValue.emptyArray {
            if let event = ReceivedEvent(event) { try applyState(event, roomID, room) }
        }
        // What a first sync tells of rooms that were left long ago would only be a burden.
        if !isFirst, let timeline = value["timeline"] { try applyTimeline(timeline, roomID, room) }
        try database.setMembership("leave", of: room, since: now)
        changes.summaries.insert(roomID)
    }

    private mutating func applyState(_ event: ReceivedEvent, _ roomID: String, _ room: Int64) throws {
        guard let key = event.stateKey else { return }
        if event.type == "m.room.member" {
            let unsigned = event.value["unsigned"]
            try database.setMember(
                key, content: event.content, previous: unsigned?["prev_content"], sender: event.sender,
                timestamp: event.timestamp, in: room)
            changes.members.insert(roomID)
            changes.people.insert(key)
            let membership = event.content["membership"]?.string
            if membership == "leave" || membership == "ban" { changes.departures.append((roomID, key)) }
            if key == owner { changes.profile = true }
        } else {
            try database.setState(event.type, key, sender: event.sender, content: event.content, in: room)
            if event.type == "mado.programme" {
                try database.setValue(String(now), for: PortalReader.programmeTime(roomID))
            }
            if event.type == "m.space.child", try PortalRoomType(database, room: room) == .space {
                changes.portalIsOutdated = true
            }
        }
    }

    private mutating func applyTimeline(_ timeline: JSONValue, _ roomID: String, _ room: Int64) throws {
        let events = (timeline["events"]?.array ?? JSONValue.emptyArray).compactMap { ReceivedEvent($0) }
        let isLimited = timeline["limited"]?.bool ?? false
        if let token = timeline["prev_batch"]?.string { try openGap(before: events, isLimited, token, roomID, room) }
        var position = try database.nextPosition(in: room)
        for event in events {
            if event.stateKey != nil { try applyState(event, roomID, room) }
            if try database.insert(event, at: position, in: room) {
                position += 1
                try database.keepReadings(of: event, in: room, roomID)
                if event.type.hasPrefix("m.call.") {
                    try applyCall(event, roomID, room)
                } else if !isFirst, event.sender != owner, event.isShown {
                    changes.arrived.append((roomID, event.eventID))
                }
            }
            changes.outbox = changes.outbox || event.sender == owner
            if let target = event.redacts { _ = try database.redact(target, by: event, in: room) }
        }
        if !events.isEmpty || isLimited { changes.timelines.insert(roomID) }
    }

    /// An event of a call goes on to the calls once the whole answer was read.
    private mutating func applyCall(_ event: ReceivedEvent, _ roomID: String, _ room: Int64) throws {
        let rule = try database.state("m.room.join_rules", in: room)?.content["join_rule"]?.string
        if let call = CallEvent(event, roomID: roomID, isOfPublicRoom: rule == "public") { changes.calls.append(call) }
    }

    /// Marks that something lies between what the store has and these events.
    private mutating func openGap(
        before events: [ReceivedEvent], _ isLimited: Bool, _ token: String, _ roomID: String, _ room: Int64
    ) throws {
        guard try database.hasEvents(in: room) else {
            if events.first?.type != "m.room.create" {
                try database.setGap(at: try database.nextPosition(in: room), token: token, in: room)
            }
            return
        }
        guard isLimited else { return }
        let lastRun = try database.lastGap(in: room) ?? .min
        // The answer reaches back to what is there: nothing is missing.
        for event in events {
            if let known = try database.position(of: event.eventID, in: room), known >= lastRun { return }
        }
        let run = try database.nextPosition(in: room) / Database.runDistance + 2
        try database.setGap(at: run * Database.runDistance, token: token, in: room)
        try database.removeSentEntries(of: roomID)
    }
}

/// Why an answer is not one to a sync.
enum SyncAnswerError: Error, Sendable {
    case noToken
}
