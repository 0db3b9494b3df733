import MatrixAPI
import Store

extension SQL {
    fileprivate static let pusherColumns: SQL = """
        id, user, app_id, pushkey, kind, app_display_name, device_display_name, profile_tag, language, data, device,
        created, since, mailed, mail_count
        """
}

extension StoredPusher {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            id: row.int(0), user: row.id(1), appID: row.text(2), pushkey: row.text(3), kind: row.text(4),
            appDisplayName: row.text(5), deviceDisplayName: row.text(6), profileTag: row.optionalText(7),
            language: row.text(8), data: row.blob(9),
            device: row.optionalText(10).map { DeviceID(unchecked: $0) }, created: row.int(11), since: row.int(12),
            mailed: row.int(13), mailCount: Int(row.int(14)))
    }
}

extension SQLiteReader: PusherReading {
    func pushers() throws(StoreError) -> [StoredPusher] {
        try connection.all("SELECT \(.pusherColumns) FROM pushers ORDER BY id") { StoredPusher(row: $0) }
    }

    func pushers(of user: UserID) throws(StoreError) -> [StoredPusher] {
        let sql: SQL = "SELECT \(.pusherColumns) FROM pushers WHERE user = ? ORDER BY id"
        return try connection.all(sql, user) { StoredPusher(row: $0) }
    }

    func pusher(_ id: Int64) throws(StoreError) -> StoredPusher? {
        try connection.first("SELECT \(.pusherColumns) FROM pushers WHERE id = ?", id) { StoredPusher(row: $0) }
    }

    func queuedPushes(of pusher: Int64, limit: Int) throws(StoreError) -> [QueuedPush] {
        let sql: SQL = """
            SELECT id, position, actions, created FROM push_queue WHERE pusher = ? ORDER BY id LIMIT ?
            """
        return try connection.all(sql, pusher, max(0, limit)) {
            QueuedPush(id: $0.int(0), pusher: pusher, position: $0.int(1), actions: $0.blob(2), created: $0.int(3))
        }
    }

    func pushersWithQueue() throws(StoreError) -> [Int64] {
        try connection.all("SELECT DISTINCT pusher FROM push_queue ORDER BY pusher") { $0.int(0) }
    }

    func pushedPosition() throws(StoreError) -> Int64 {
        try connection.first("SELECT position FROM push_state") { $0.int(0) } ?? 0
    }
}

extension SQLiteWriter: PusherWriting {
    func setPusher(_ pusher: StoredPusher) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO pushers(user, app_id, pushkey, kind, app_display_name, device_display_name, profile_tag,
                language, data, device, created, since, mailed, mail_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (app_id, pushkey, user) DO UPDATE SET kind = excluded.kind,
                app_display_name = excluded.app_display_name, device_display_name = excluded.device_display_name,
                profile_tag = excluded.profile_tag, language = excluded.language, data = excluded.data,
                device = excluded.device, created = excluded.created
            """
        try connection.run(
            sql, pusher.user, pusher.appID, pusher.pushkey, pusher.kind, pusher.appDisplayName,
            pusher.deviceDisplayName, pusher.profileTag, pusher.language, pusher.data, pusher.device, pusher.created,
            pusher.since, pusher.mailed, pusher.mailCount)
    }

    func deletePusher(_ id: Int64) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM pushers WHERE id = ?", id) > 0
    }

    func deletePushers(appID: String, pushkey: String, exceptOf user: UserID) throws(StoreError) {
        let sql: SQL = "DELETE FROM pushers WHERE app_id = ? AND pushkey = ? AND user <> ?"
        try connection.run(sql, appID, pushkey, user)
    }

    func setMailed(_ time: Int64, count: Int, of pusher: Int64) throws(StoreError) {
        try connection.run("UPDATE pushers SET mailed = ?, mail_count = ? WHERE id = ?", time, count, pusher)
    }

    func enqueuePush(_ push: QueuedPush) throws(StoreError) {
        let sql: SQL = "INSERT INTO push_queue(pusher, position, actions, created) VALUES (?, ?, ?, ?)"
        try connection.run(sql, push.pusher, push.position, push.actions, push.created)
    }

    func deleteQueuedPushes(of pusher: Int64, through id: Int64) throws(StoreError) {
        try connection.run("DELETE FROM push_queue WHERE pusher = ? AND id <= ?", pusher, id)
    }

    func setPushedPosition(_ position: Int64) throws(StoreError) {
        try connection.run("UPDATE push_state SET position = ?", position)
    }
}
