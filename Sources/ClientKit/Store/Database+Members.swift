import JSON
import SQLite

extension Database {
    /// Takes a `m.room.member` event over.
    func setMember(
        _ userID: String, content: JSONValue, previous: JSONValue?, sender: String, timestamp: Int64, in room: Int64
    ) throws {
        guard var membership = content["membership"]?.string else { return }
        let before = try member(userID, in: room)
        if membership == "leave", sender == userID {
            let was = previous?["membership"]?.string ?? before?.membership
            if was == "invite" || was == StoredMember.declined { membership = StoredMember.declined }
        }
        let isPresent = membership == "join" || membership == "invite"
        // Leaving takes name and picture out of the event; the ones from before go on being shown.
        let name = content["displayname"]?.string ?? (isPresent ? nil : before?.displayName)
        let avatar = content["avatar_url"]?.string ?? (isPresent ? nil : before?.avatar)
        try run(
            """
            INSERT OR REPLACE INTO member
                (room, user_id, membership, display_name, avatar, sender, reason, is_direct, timestamp)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, room, userID, membership, name, avatar, sender, content["reason"]?.string,
            content["is_direct"]?.bool ?? false, timestamp)
        if membership == "join" || (isPresent && name != nil) {
            try setProfile(of: userID, displayName: name, avatar: avatar)
        }
    }

    /// Keeps a member of whom older history speaks, unless something newer is known.
    func addMember(_ userID: String, content: JSONValue, sender: String, timestamp: Int64, in room: Int64) throws {
        guard try member(userID, in: room) == nil else { return }
        try setMember(userID, content: content, previous: nil, sender: sender, timestamp: timestamp, in: room)
    }

    /// Notes a membership of which the server's event has not come yet.
    func addMember(
        _ userID: String, membership: String, sender: String, isDirect: Bool, at timestamp: Int64, in room: Int64
    ) throws {
        try run(
            """
            INSERT INTO member (room, user_id, membership, sender, is_direct, timestamp) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (room, user_id) DO UPDATE SET membership = excluded.membership
            """, room, userID, membership, sender, isDirect, timestamp)
    }

    func member(_ userID: String, in room: Int64) throws -> StoredMember? {
        try first(
            """
            SELECT user_id, membership, display_name, avatar, sender, reason, is_direct, timestamp
            FROM member WHERE room = ? AND user_id = ?
            """, room, userID
        ) { Self.member($0) }
    }

    /// - Parameter limit: of rooms with very many members, a part is enough for names.
    func members(of room: Int64, limit: Int = .max) throws -> [StoredMember] {
        try all(
            """
            SELECT user_id, membership, display_name, avatar, sender, reason, is_direct, timestamp
            FROM member WHERE room = ? LIMIT ?
            """, room, limit
        ) { Self.member($0) }
    }

    private static func member(_ row: borrowing Row) -> StoredMember {
        StoredMember(
            userID: row.text(0), membership: row.text(1), displayName: row.optionalText(2),
            avatar: row.optionalText(3), sender: row.text(4), reason: row.optionalText(5), isDirect: row.bool(6),
            timestamp: row.int(7))
    }

    /// How many are there of whom the store knows.
    func countMembers(_ membership: String, of room: Int64) throws -> Int {
        try first("SELECT count(*) FROM member WHERE room = ? AND membership = ?", room, membership) {
            Int($0.int(0))
        } ?? 0
    }

    /// Rooms in which both are or were asked.
    func rooms(sharedWith userID: String) throws -> [String] {
        try all(
            """
            SELECT room.room_id FROM member JOIN room ON room.id = member.room
            WHERE member.user_id = ? AND room.membership = 'join'
            """, userID
        ) { $0.text(0) }
    }

    // People

    func setProfile(of userID: String, displayName: String?, avatar: String?) throws {
        try run(
            """
            INSERT INTO person (user_id, display_name, avatar) VALUES (?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET display_name = excluded.display_name, avatar = excluded.avatar
            """, userID, displayName, avatar)
    }

    func setPresence(_ presence: PersonPresence, of userID: String) throws {
        try run(
            """
            INSERT INTO person
                (user_id, availability, message, last_active, connects_every, next_connection, in_call)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET availability = excluded.availability, message = excluded.message,
                last_active = excluded.last_active, connects_every = excluded.connects_every,
                next_connection = excluded.next_connection, in_call = excluded.in_call
            """, userID, presence.availability.rawValue, presence.message, presence.lastActive,
            presence.connectsEverySeconds, presence.nextConnection, presence.inCall)
    }

    /// The server tells of people: who is not told of is offline.
    func setTellsPresence() throws {
        try setValue("1", for: "tells_presence")
        silentAvailability = .offline
    }

    func readTellsPresence() throws {
        if try value("tells_presence") != nil { silentAvailability = .offline }
    }

    /// What is known of somebody apart from rooms. Group and contact are not.
    func person(_ userID: String) throws -> Person {
        try first(Self.personColumns + " FROM person WHERE user_id = ?", userID) { person($0) }
            ?? Person(userID: userID, presence: PersonPresence(availability: silentAvailability))
    }

    /// People whose name or id contains the text.
    func people(matching text: String, limit: Int) throws -> [Person] {
        let pattern = "%" + Self.escapeLike(text) + "%"
        return try all(
            Self.personColumns + """
                 FROM person WHERE display_name LIKE ? ESCAPE '\\' OR user_id LIKE ? ESCAPE '\\'
                ORDER BY display_name LIMIT ?
                """, pattern, pattern, limit
        ) { person($0) }
    }

    static func escapeLike(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    private static let personColumns: SQL = """
        SELECT user_id, display_name, avatar, availability, message, last_active, connects_every, next_connection,
            in_call
        """

    private func person(_ row: borrowing Row) -> Person {
        let presence = PersonPresence(
            availability: row.optionalText(3).flatMap(Availability.init) ?? silentAvailability,
            message: row.optionalText(4),
            lastActive: row.optionalInt(5), connectsEverySeconds: row.optionalInt(6).map { Int($0) },
            nextConnection: row.optionalInt(7), inCall: row.bool(8))
        return Person(
            userID: row.text(0), displayName: row.optionalText(1),
            avatar: row.optionalText(2).map { MediaReference(uri: $0) }, presence: presence)
    }
}
