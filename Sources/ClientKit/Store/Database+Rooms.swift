import JSON
import MatrixAPI
import SQLite

extension Database {
    /// The number of a room in the other tables; made when there is none.
    func room(_ roomID: String) throws -> Int64 {
        if let known = try knownRoom(roomID) { return known }
        try run("INSERT INTO room (room_id, membership) VALUES (?, 'leave')", roomID)
        return lastInsertedID
    }

    func knownRoom(_ roomID: String) throws -> Int64? {
        try first("SELECT id FROM room WHERE room_id = ?", roomID) { $0.int(0) }
    }

    func roomIDs(_ membership: String) throws -> [String] {
        try all("SELECT room_id FROM room WHERE membership = ?", membership) { $0.text(0) }
    }

    func membership(of room: Int64) throws -> String? {
        try first("SELECT membership FROM room WHERE id = ?", room) { $0.text(0) }
    }

    /// - Parameter since: milliseconds since 1970, kept from the first time that the membership was told.
    func setMembership(_ membership: String, of room: Int64, since: Int64) throws {
        try run(
            "UPDATE room SET membership = ?, since = ? WHERE id = ? AND membership <> ?", membership, since, room,
            membership)
    }

    func setCounts(joined: Int64?, invited: Int64?, of room: Int64) throws {
        if let joined { try run("UPDATE room SET joined_count = ? WHERE id = ?", joined, room) }
        if let invited { try run("UPDATE room SET invited_count = ? WHERE id = ?", invited, room) }
    }

    func setUnread(_ unread: Int64, highlights: Int64, of room: Int64) throws {
        try run("UPDATE room SET unread = ?, highlights = ? WHERE id = ?", unread, highlights, room)
    }

    /// What invitations bring belongs to the moment; a new one begins anew.
    func forgetState(of room: Int64) throws {
        try run("DELETE FROM state WHERE room = ?", room)
        try run("DELETE FROM member WHERE room = ?", room)
    }

    // State

    func setState(_ type: String, _ key: String, sender: String, content: JSONValue, in room: Int64) throws {
        try run(
            "INSERT OR REPLACE INTO state (room, type, state_key, sender, content) VALUES (?, ?, ?, ?, ?)", room, type,
            key, sender, Array(content.bytes))
    }

    func state(_ type: String, _ key: String = "", in room: Int64) throws -> (sender: String, content: JSONValue)? {
        let row = try first(
            "SELECT sender, content FROM state WHERE room = ? AND type = ? AND state_key = ?", room, type, key
        ) { ($0.text(0), $0.blob(1)) }
        guard let row, let content = try? JSONValue.parse(row.1, limits: .stored) else { return nil }
        return (row.0, content)
    }

    // Account data

    /// - Parameter roomID: empty for the account's own.
    func setAccountData(_ type: String, _ content: [UInt8], roomID: String = "") throws {
        try run(
            "INSERT OR REPLACE INTO account_data (room_id, type, content) VALUES (?, ?, ?)", roomID, type, content)
    }

    func accountData(_ type: String, roomID: String = "") throws -> JSONValue? {
        let content = try first(
            "SELECT content FROM account_data WHERE room_id = ? AND type = ?", roomID, type
        ) { $0.blob(0) }
        return content.flatMap { try? JSONValue.parse($0, limits: .stored) }
    }

    // Single values

    func value(_ name: String) throws -> String? {
        try first("SELECT content FROM value WHERE name = ?", name) { $0.text(0) }
    }

    func values(beginningWith prefix: String) throws -> [(name: String, value: String)] {
        try all("SELECT name, content FROM value WHERE substr(name, 1, length(?1)) = ?1", prefix) {
            ($0.text(0), $0.text(1))
        }
    }

    func setValue(_ value: String?, for name: String) throws {
        if let value {
            try run("INSERT OR REPLACE INTO value (name, content) VALUES (?, ?)", name, value)
        } else {
            try run("DELETE FROM value WHERE name = ?", name)
        }
    }
}
