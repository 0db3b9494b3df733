import MatrixAPI
import Store

extension SQLiteReader: ModerationReading {
    func noticeRoom(of user: UserID) throws(StoreError) -> RoomID? {
        try connection.first("SELECT room FROM notice_rooms WHERE user = ?", user) { $0.id(0) }
    }

    func isClosed(_ room: RoomID) throws(StoreError) -> Bool {
        try connection.first("SELECT is_closed FROM rooms WHERE room_id = ?", room) { $0.bool(0) } ?? false
    }

    func media(of uploader: UserID, after: MediaID?, limit: Int) throws(StoreError) -> [StoredMedia] {
        let sql: SQL = """
            SELECT \(.mediaColumns) FROM media
            WHERE uploader = ? AND id > ? AND digest IS NOT NULL ORDER BY id LIMIT ?
            """
        return try connection.all(sql, uploader, after?.string ?? "", max(0, limit), row: StoredMedia.init)
    }

    func isQuarantined(_ id: MediaID) throws(StoreError) -> Bool {
        try connection.first("SELECT is_quarantined FROM media WHERE id = ?", id.string) { $0.bool(0) } ?? false
    }
}

extension SQLiteWriter: ModerationWriting {
    func setNoticeRoom(_ room: RoomID, of user: UserID) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO notice_rooms(user, room) VALUES (?, ?) ON CONFLICT DO UPDATE SET room = excluded.room
            """
        try connection.run(sql, user, room)
    }

    func setClosed(_ isClosed: Bool, room: RoomID) throws(StoreError) {
        try connection.run("UPDATE rooms SET is_closed = ? WHERE room_id = ?", isClosed, room)
    }

    func setQuarantined(_ isQuarantined: Bool, _ id: MediaID) throws(StoreError) {
        let sql: SQL = """
            UPDATE media SET is_quarantined = ?1
            WHERE id = ?2 OR digest = (SELECT digest FROM media WHERE id = ?2)
            """
        try connection.run(sql, isQuarantined, id.string)
    }

    func purgeEvents(
        in room: RoomID, after: Int64, before time: Int64, limit: Int
    ) throws(StoreError) -> (deleted: Int, next: Int64?) {
        let range: SQL = """
            SELECT position, state_key IS NULL AND timestamp < ? FROM events
            WHERE room = \(.roomNumber) AND position > ? ORDER BY position LIMIT ?
            """
        let found = try connection.all(range, time, room, after, limit + 1) { ($0.int(0), $0.bool(1)) }
        // The last one looked at is the room's newest event, or the first of the next page.
        for (position, isOld) in found.dropLast() where isOld {
            try connection.run("INSERT OR IGNORE INTO word_removals VALUES (?)", position)
            try deleteMediaReferences(at: position)
            try connection.run("DELETE FROM events WHERE position = ?", position)
        }
        let deleted = found.dropLast().count { $0.1 }
        return (deleted, found.count > limit ? found.dropLast().last?.0 : nil)
    }
}

extension SQLiteReader: DehydratedDeviceReading {
    func dehydratedDevice(of user: UserID) throws(StoreError) -> StoredDehydratedDevice? {
        try connection.first("SELECT device, data FROM dehydrated_devices WHERE user = ?", user) {
            StoredDehydratedDevice(user: user, device: $0.device(0), data: $0.blob(1))
        }
    }
}

extension SQLiteWriter: DehydratedDeviceWriting {
    func setDehydratedDevice(_ device: StoredDehydratedDevice) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO dehydrated_devices(user, device, data) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET device = excluded.device, data = excluded.data
            """
        try connection.run(sql, device.user, device.device, device.data)
    }
}
