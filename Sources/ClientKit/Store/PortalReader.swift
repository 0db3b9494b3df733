import JSON
import MatrixAPI
import SQLite

/// Reads the portal's rooms from the store. Works on the store's queue.
struct PortalReader {
    let database: Database
    let owner: String

    /// Items of a feed that are read: more are not looked at in a ticker.
    private static let itemLimit = 200

    /// nil for a room that is none of the portal's.
    func snapshot(_ roomID: String) throws -> PortalSnapshot? {
        guard let room = try database.knownRoom(roomID), let type = try PortalRoomType(database, room: room) else {
            return nil
        }
        let name = try database.state("m.room.name", in: room)?.content["name"]?.string ?? ""
        let topic = try database.state("m.room.topic", in: room)?.content["topic"]?.string ?? ""
        let isJoined = try database.membership(of: room) == "join"
        let own = try database.state(Self.stateType(type), in: room)?.content
        let content: PortalSnapshot.Content
        switch type {
        case .space: content = .space(name: own?["name"]?.string ?? name)
        case .feed:
            var feed = Feed(
                roomID: roomID, title: name.isEmpty ? own?["name"]?.string ?? "" : name, topic: topic,
                provider: own?["provider"]?.string ?? "", isSubscribed: isJoined,
                rule: DeliveryRule(try database.accountData(DeliveryRule.type, roomID: roomID)))
            feed.series = own?["series"]?.array?.compactMap { FeedSeries($0) } ?? []
            if isJoined { feed.items = try items(room, roomID) }
            content = .feed(feed)
        case .channel:
            let kind = own?["kind"]?.string.flatMap(Channel.Kind.init) ?? .television
            var channel = Channel(roomID: roomID, title: name, kind: kind, isJoined: isJoined)
            channel.programme = Programme(try database.state("mado.programme", in: room)?.content)
            channel.received = try database.value(Self.programmeTime(roomID)).flatMap { Int64($0) }
            content = .channel(channel)
        case .board:
            content = .board(
                BoardContent(
                    audience: Audience(own?["audience"]),
                    announcements: isJoined ? try announcements(room, roomID, title: name) : []))
        case .application: content = .application(try application(room, roomID, name, topic, isJoined, own))
        }
        return PortalSnapshot(
            roomID: roomID, type: type, isJoined: isJoined, title: name, topic: topic, content: content)
    }

    static func stateType(_ type: PortalRoomType) -> String {
        switch type {
        case .space: "mado.portal"
        case .feed: "mado.feed"
        case .channel: "mado.channel"
        case .board: "mado.board"
        case .application: "mado.form"
        }
    }

    /// The name of the value that says when a programme was received.
    static func programmeTime(_ roomID: String) -> String { "programme." + roomID }

    /// The newest version of each of the last messages, newest first.
    private func messages(_ room: Int64, limit: Int) throws -> [Message] {
        let rows = try database.all(
            """
            SELECT position, json FROM event WHERE room = ? AND is_shown AND type = 'm.room.message'
            ORDER BY position DESC LIMIT ?
            """, room, limit
        ) { ($0.int(0), $0.blob(1)) }
        let alone = try editsAlone(room)
        guard let newest = rows.first?.0, let oldest = rows.last?.0 else { return alone }
        let annotations = try TimelineAnnotations(database, room: room, from: oldest, to: newest)
        let whole = rows.compactMap { position, json -> Message? in
            guard let event = ReceivedEvent(stored: json), !event.isRedacted else { return nil }
            let edit = annotations.edits[event.eventID]?.last { $0.sender == event.sender }?.content
            return Message(
                eventID: event.eventID, timestamp: event.timestamp, content: edit ?? event.bundledEdit ?? event.content,
                position: position)
        }
        return (whole + alone).sorted { $0.position > $1.position }
    }

    /// The newest versions of messages of which the first one lies before what was received. Only those who may write in
    /// the room can have sent them.
    private func editsAlone(_ room: Int64) throws -> [Message] {
        let rows = try database.all(
            """
            SELECT relation.target, relation.timestamp, relation.content, event.position
            FROM relation JOIN event ON event.event_id = relation.event_id
            WHERE relation.room = ?1 AND relation.kind = 'm.replace'
            AND NOT EXISTS (SELECT 1 FROM event AS first WHERE first.event_id = relation.target)
            ORDER BY event.position DESC LIMIT ?2
            """, room, Self.itemLimit
        ) { ($0.text(0), $0.int(1), $0.blob(2), $0.int(3)) }
        var seen: Set<String> = []
        return rows.compactMap { target, timestamp, json, position in
            guard seen.insert(target).inserted, let content = try? JSONValue.parse(json, limits: .stored) else {
                return nil
            }
            return Message(eventID: target, timestamp: timestamp, content: content, position: position)
        }
    }

    /// A message in its newest version.
    private struct Message {
        let eventID: String
        let timestamp: Int64
        let content: JSONValue
        let position: Int64
    }

    private func items(_ room: Int64, _ roomID: String) throws -> [FeedItem] {
        try messages(room, limit: Self.itemLimit).compactMap { message in
            FeedItem(message.content, eventID: message.eventID, roomID: roomID, timestamp: message.timestamp)
        }.sorted { ($0.published, $0.id) > ($1.published, $1.id) }
    }

    private func announcements(_ room: Int64, _ roomID: String, title: String) throws -> [Announcement] {
        let read = try database.readPosition(of: owner, in: room) ?? .min
        return try messages(room, limit: Self.itemLimit).reversed().compactMap { message in
            guard
                var announcement = Announcement(
                    message.content, eventID: message.eventID, roomID: roomID, boardTitle: title,
                    timestamp: message.timestamp)
            else { return nil }
            announcement.position = message.position
            let isDismissed = try database.isDismissed(message.eventID)
            announcement.isDismissed = isDismissed || (message.position <= read && announcement.canBeDismissed)
            return announcement
        }
    }

    private func application(
        _ room: Int64, _ roomID: String, _ name: String, _ topic: String, _ isJoined: Bool, _ form: JSONValue?
    ) throws -> PortalApplication {
        var application = PortalApplication(
            roomID: roomID, title: name.isEmpty ? form?["title"]?.string ?? "" : name, topic: topic,
            isJoined: isJoined, form: Form(form))
        application.submissions = try submissions(roomID)
        return application
    }

    /// Newest first, those that wait to be sent before all others.
    private func submissions(_ roomID: String) throws -> [Submission] {
        let waiting = try database.entries(of: roomID).filter { $0.kind == .submission }.reversed().map { entry in
            Submission(
                id: entry.transactionID, roomID: roomID,
                state: entry.failure.map { .refused(reason: $0, fields: entry.submission?.problems ?? [:]) }
                    ?? .waiting, values: entry.submission?.values ?? [:], created: entry.timestamp)
        }
        return waiting + (try database.submissions(of: roomID))
    }

    /// What was filled in, by application: also of those whose rooms this device is not in yet.
    func allSubmissions() throws -> [String: [Submission]] {
        var all: [String: [Submission]] = [:]
        for roomID in try database.roomsWithSubmissions() { all[roomID] = try submissions(roomID) }
        return all
    }
}

extension ReceivedEvent {
    /// The content of the newest edit that the server sent with the event itself.
    var bundledEdit: JSONValue? {
        guard let edit = value["unsigned"]?["m.relations"]?["m.replace"], edit["sender"]?.string == sender else {
            return nil
        }
        return edit["content"]?["m.new_content"]
    }
}
