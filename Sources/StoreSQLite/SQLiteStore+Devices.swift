import MatrixAPI
import Store

extension StoredDevice {
    /// - Parameter row: user, device, display_name, last_seen_address, last_seen, created.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            user: row.id(0), id: row.device(1), displayName: row.optionalText(2), lastSeenAddress: row.optionalText(3),
            lastSeen: row.optionalInt(4), created: row.int(5))
    }
}

extension SQLiteReader: DeviceReading {
    func device(_ id: DeviceID, of user: UserID) throws(StoreError) -> StoredDevice? {
        let sql: SQL = """
            SELECT user, device, display_name, last_seen_address, last_seen, created FROM devices
            WHERE user = ? AND device = ?
            """
        return try connection.first(sql, user, id) { StoredDevice(row: $0) }
    }

    func devices(of user: UserID) throws(StoreError) -> [StoredDevice] {
        let sql: SQL = """
            SELECT user, device, display_name, last_seen_address, last_seen, created FROM devices
            WHERE user = ? ORDER BY device
            """
        return try connection.all(sql, user) { StoredDevice(row: $0) }
    }
}

extension SQLiteWriter: DeviceWriting {
    private static let set: SQL = """
        INSERT INTO devices(user, device, display_name, last_seen_address, last_seen, created)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET display_name = excluded.display_name,
            last_seen_address = excluded.last_seen_address, last_seen = excluded.last_seen
        """

    func setDevice(_ device: StoredDevice) throws(StoreError) {
        try connection.run(
            Self.set, device.user, device.id, device.displayName, device.lastSeenAddress, device.lastSeen,
            device.created)
    }

    func setLastSeen(_ time: Int64, address: String?, device: DeviceID, of user: UserID) throws(StoreError) {
        let sql: SQL = "UPDATE devices SET last_seen = ?, last_seen_address = ? WHERE user = ? AND device = ?"
        try connection.run(sql, time, address, user, device)
    }

    func deleteDevice(_ id: DeviceID, of user: UserID) throws(StoreError) -> Bool {
        try deleteTokens(of: user, device: id)
        try connection.run("DELETE FROM to_device WHERE user = ? AND device = ?", user, id)
        try connection.run("DELETE FROM device_keys WHERE user = ? AND device = ?", user, id)
        try connection.run("DELETE FROM one_time_keys WHERE user = ? AND device = ?", user, id)
        try connection.run("DELETE FROM fallback_keys WHERE user = ? AND device = ?", user, id)
        try connection.run("DELETE FROM dehydrated_devices WHERE user = ? AND device = ?", user, id)
        try deleteKeySignatures(of: user, targetKey: id.string)
        try connection.run("DELETE FROM pushers WHERE user = ? AND device = ?", user, id)
        return try connection.run("DELETE FROM devices WHERE user = ? AND device = ?", user, id) > 0
    }
}
