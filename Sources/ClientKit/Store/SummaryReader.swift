import JSON
import MatrixAPI
import SQLite

/// Reads summaries of rooms; what all rooms share is read once.
struct SummaryReader {
    let database: Database
    let owner: String
    /// The other person of each direct room, by the member's own list.
    let direct: [String: [String]]
    let rules: PushRuleset?
    /// Members that are read for a list.
    private static let memberLimit = 30
    private static let countLimit = 1_000_000_000

    init(_ database: Database, owner: String) throws {
        self.database = database
        self.owner = owner
        direct = DirectRooms.byRoom(try database.accountData(OwnAccountData.direct))
        let content = try database.accountData("m.push_rules")
        rules = UserID(owner).map { PushRuleset(owner: $0, content: content) }
    }

    func summary(_ roomID: String) throws -> RoomSummary? {
        let row = try database.first(
            """
            SELECT id, membership, since, joined_count, invited_count, unread, highlights FROM room WHERE room_id = ?
            """, roomID
        ) { ($0.int(0), $0.text(1), $0.int(2), $0.optionalInt(3), $0.optionalInt(4), Int($0.int(5)), Int($0.int(6))) }
        guard let row else { return nil }
        let room = row.0
        var summary = RoomSummary(roomID: roomID, membership: row.1)
        // A server may tell any number; sums of these must stay numbers.
        summary.unread = max(0, min(row.5, Self.countLimit))
        summary.highlights = max(0, min(row.6, Self.countLimit))
        summary.portalType = try PortalRoomType(database, room: room)
        if summary.portalType != nil {
            summary.title = try database.state("m.room.name", in: room)?.content["name"]?.string ?? ""
            return summary
        }
        let members = try database.members(of: room, limit: Self.memberLimit)
        let own = try database.member(owner, in: room)
        try describe(&summary, room, members, own, counted: row.3)
        if row.1 == "invite" {
            summary.request = try request(summary, members, own, since: row.2)
            return summary
        }
        try addPermissions(to: &summary, room)
        summary.isMuted = isMuted(roomID)
        summary.draft = try database.draft(of: roomID)
        summary.lastMessage = try lastMessage(of: roomID)
        summary.activity = max(summary.lastMessage?.timestamp ?? 0, try newest(in: room) ?? row.2)
        return summary
    }

    private func describe(
        _ summary: inout RoomSummary, _ room: Int64, _ members: [StoredMember], _ own: StoredMember?, counted: Int64?
    ) throws {
        let present = members.filter { $0.membership == "join" || $0.membership == "invite" }
        let others = present.filter { $0.userID != owner }
        let gone = members.filter { $0.userID != owner && $0.membership == StoredMember.declined }
        let joined = try counted.map { Int($0) } ?? database.countMembers("join", of: room)
        summary.memberCount = max(joined, present.count { $0.membership == "join" })
        summary.members = try present.map { try person($0) }
        summary.isDirect =
            direct[summary.roomID] != nil
            || (present.count <= 2 && members.contains { $0.isDirect && $0.membership != "leave" })
        summary.isEncrypted = try database.state("m.room.encryption", in: room) != nil
        summary.topic = try database.state("m.room.topic", in: room)?.content["topic"]?.string ?? ""
        let avatar = try database.state("m.room.avatar", in: room)?.content["url"]?.string
        summary.avatar = avatar.flatMap { $0.isEmpty ? nil : MediaReference(uri: $0) }
        if summary.isDirect, summary.avatar == nil, others.count == 1 {
            summary.avatar = others[0].avatar.map { MediaReference(uri: $0) }
        }
        summary.title = try title(room, others, members, summary.memberCount)
        if others.allSatisfy({ $0.membership == "invite" }), summary.memberCount <= 1 {
            if !others.isEmpty {
                summary.requestState = .waiting(try others.map { try person($0) })
            } else if !gone.isEmpty {
                summary.requestState = .declined(try gone.map { try person($0) })
            }
        }
    }

    private func person(_ member: StoredMember) throws -> Person {
        var person = member.person
        let known = try database.person(member.userID)
        person.presence = known.presence
        if member.displayName == nil { person.displayName = known.displayName }
        return person
    }

    /// Source: Client-Server API, "Calculating the display name for a room".
    private func title(
        _ room: Int64, _ others: [StoredMember], _ members: [StoredMember], _ count: Int
    ) throws -> String {
        if let name = try database.state("m.room.name", in: room)?.content["name"]?.string, !name.isEmpty {
            return name
        }
        if let alias = try database.state("m.room.canonical_alias", in: room)?.content["alias"]?.string,
            !alias.isEmpty
        {
            return alias
        }
        // Those who have left stand for an empty room.
        let named = others.isEmpty ? members.filter { $0.userID != owner } : others
        let names = try named.prefix(4).map { try person($0).displayName }.sorted()
        guard !names.isEmpty else { return "" }
        let more = max(named.count, count - 1) - names.count
        return names.joined(separator: ", ") + (more > 0 ? " +\(more)" : "")
    }

    private func request(
        _ summary: RoomSummary, _ members: [StoredMember], _ own: StoredMember?, since: Int64
    ) throws -> ChatRequest {
        let sender = own?.sender ?? ""
        var from = try members.first { $0.userID == sender }.map { try person($0) } ?? database.person(sender)
        // Invitations need not tell the picture.
        if from.avatar == nil { from.avatar = try database.person(sender).avatar }
        let others = summary.members.filter { $0.userID != owner && $0.userID != sender }
        let line = own?.reason.flatMap { $0.isEmpty ? nil : $0 }
        return ChatRequest(
            roomID: summary.roomID, from: from, line: line, others: others,
            isDirect: own?.isDirect ?? false, title: summary.title.isEmpty ? from.displayName : summary.title,
            at: own.map { $0.timestamp == 0 ? since : $0.timestamp } ?? since)
    }

    private func addPermissions(to summary: inout RoomSummary, _ room: Int64) throws {
        guard let user = UserID(owner), let create = try database.state("m.room.create", in: room) else { return }
        // Rules of versions that are not known are those of the old ones: nobody stands above all.
        let version = RoomVersion(rawValue: create.content["room_version"]?.string ?? "") ?? .v10
        let creators = RoomCreators(
            sender: UserID(unchecked: create.sender), content: create.content, version: version)
        let content = try database.state("m.room.power_levels", in: room)?.content
        let levels = PowerLevels(content: content, creators: creators)
        summary.isReadOnly =
            try database.state("m.room.tombstone", in: room) != nil
            || !levels.allows(user, toSend: "m.room.message", asState: false)
        summary.canRedactOthers = levels.allows(user, to: .redact)
    }

    private func isMuted(_ roomID: String) -> Bool {
        for kind in [PushRule.Kind.override, .room] {
            if let rule = rules?.rule(kind, roomID), rule.isEnabled, !rule.actions.notify { return true }
        }
        return false
    }

    private func newest(in room: Int64) throws -> Int64? {
        try database.first(
            "SELECT timestamp FROM event WHERE room = ? AND is_shown ORDER BY position DESC LIMIT 1", room
        ) { $0.int(0) }
    }

    /// The last thing that somebody said; what waits in the outbox comes after all.
    private func lastMessage(of roomID: String) throws -> MessageSummary? {
        guard var reader = try TimelineReader(database, owner: owner, roomID: roomID) else { return nil }
        let item: TimelineItem
        if let entry = try database.entries(of: roomID).last(where: { $0.isShown }) {
            item = try reader.item(entry)
        } else {
            let position = try database.first(
                """
                SELECT position FROM event WHERE room = ? AND is_shown
                AND type IN ('m.room.message', 'm.room.encrypted', 'm.sticker', 'm.call.invite') ORDER BY position DESC LIMIT 1
                """, reader.room
            ) { $0.int(0) }
            guard let position, let stored = try reader.storedEvents(from: position, to: position).first else {
                return nil
            }
            let annotations = try TimelineAnnotations(database, room: reader.room, from: position, to: position)
            item = try reader.item(stored, annotations)
        }
        return MessageSummary(
            sender: item.sender, isOwn: item.isOwn, content: item.content,
            text: MessageText.oneLine(item.content.plainText), timestamp: item.timestamp, sendState: item.sendState)
    }
}
