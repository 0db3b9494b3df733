import MatrixAPI
import Store

extension SQLiteReader: ToDeviceReading {
    func toDeviceMessages(for user: UserID, device: DeviceID, after: Int64, through: Int64, limit: Int)
        throws(StoreError) -> [StoredToDeviceMessage]
    {
        let sql: SQL = """
            SELECT position, sender, type, json FROM to_device
            WHERE user = ? AND device = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?
            """
        return try connection.all(sql, user, device, after, through, max(0, limit)) {
            StoredToDeviceMessage(
                position: $0.int(0), user: user, device: device, sender: $0.id(1), type: $0.text(2), json: $0.blob(3))
        }
    }
}

extension SQLiteWriter: ToDeviceWriting {
    func insertToDeviceMessage(_ message: StoredToDeviceMessage) throws(StoreError) {
        let sql: SQL = "INSERT INTO to_device(user, device, position, sender, type, json) VALUES (?, ?, ?, ?, ?, ?)"
        try connection.run(
            sql, message.user, message.device, message.position, message.sender, message.type, message.json)
    }

    func deleteToDeviceMessages(for user: UserID, device: DeviceID, through: Int64) throws(StoreError) {
        let sql: SQL = "DELETE FROM to_device WHERE user = ? AND device = ? AND position <= ?"
        try connection.run(sql, user, device, through)
    }
}

extension SQLiteReader: DeviceListReading {
    func usersWithChangedDevices(
        after: Int64, through: Int64, seenBy viewer: UserID
    ) throws(StoreError) -> [UserID] {
        let sql: SQL = """
            SELECT DISTINCT user FROM device_list_changes
            WHERE position > ? AND position <= ? AND (only_for IS NULL OR only_for = ?) ORDER BY user
            """
        return try connection.all(sql, after, through, viewer) { $0.id(0) }
    }
}

extension SQLiteWriter: DeviceListWriting {
    func insertDeviceListChange(of user: UserID, at position: Int64, onlyFor viewer: UserID?) throws(StoreError) {
        // Two devices of a user may change at one position.
        let sql: SQL = """
            INSERT INTO device_list_changes(position, user, only_for) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
            """
        try connection.run(sql, position, user, viewer)
    }
}
