import MatrixAPI
import Store

extension StoredDeviceKey {
    /// - Parameter row: algorithm, key_id, json.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(algorithm: row.text(0), keyID: row.text(1), json: row.blob(2))
    }
}

extension SQLiteReader: DeviceKeyReading {
    func deviceKeys(of user: UserID, device: DeviceID) throws(StoreError) -> [UInt8]? {
        let sql: SQL = "SELECT json FROM device_keys WHERE user = ? AND device = ?"
        return try connection.first(sql, user, device) { $0.blob(0) }
    }

    func deviceKeys(of user: UserID) throws(StoreError) -> [DeviceID: [UInt8]] {
        var keys: [DeviceID: [UInt8]] = [:]
        try connection.forEach("SELECT device, json FROM device_keys WHERE user = ?", user) {
            keys[$0.device(0)] = $0.blob(1)
            return true
        }
        return keys
    }

    func oneTimeKey(_ keyID: String, algorithm: String, of user: UserID, device: DeviceID)
        throws(StoreError) -> StoredDeviceKey?
    {
        let sql: SQL = """
            SELECT algorithm, key_id, json FROM one_time_keys
            WHERE user = ? AND device = ? AND algorithm = ? AND key_id = ?
            """
        return try connection.first(sql, user, device, algorithm, keyID) { StoredDeviceKey(row: $0) }
    }

    func oneTimeKeyCounts(of user: UserID, device: DeviceID) throws(StoreError) -> [String: Int] {
        var counts: [String: Int] = [:]
        let sql: SQL = "SELECT algorithm, count(*) FROM one_time_keys WHERE user = ? AND device = ? GROUP BY algorithm"
        try connection.forEach(sql, user, device) {
            counts[$0.text(0)] = Int($0.int(1))
            return true
        }
        return counts
    }

    func fallbackKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey? {
        let sql: SQL = """
            SELECT algorithm, key_id, json FROM fallback_keys WHERE user = ? AND device = ? AND algorithm = ?
            """
        return try connection.first(sql, user, device, algorithm) { StoredDeviceKey(row: $0) }
    }

    func unusedFallbackKeyTypes(of user: UserID, device: DeviceID) throws(StoreError) -> [String] {
        let sql: SQL = """
            SELECT algorithm FROM fallback_keys WHERE user = ? AND device = ? AND is_used = 0 ORDER BY algorithm
            """
        return try connection.all(sql, user, device) { $0.text(0) }
    }
}

extension SQLiteWriter: DeviceKeyWriting {
    func setDeviceKeys(_ json: [UInt8], of user: UserID, device: DeviceID) throws(StoreError) {
        let sql: SQL = "INSERT OR REPLACE INTO device_keys(user, device, json) VALUES (?, ?, ?)"
        try connection.run(sql, user, device, json)
    }

    func insertOneTimeKey(_ key: StoredDeviceKey, of user: UserID, device: DeviceID) throws(StoreError) {
        let sql: SQL = "INSERT INTO one_time_keys(user, device, algorithm, key_id, json) VALUES (?, ?, ?, ?, ?)"
        try connection.run(sql, user, device, key.algorithm, key.keyID, key.json)
    }

    func claimOneTimeKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey? {
        let oldest: SQL = """
            SELECT algorithm, key_id, json, id FROM one_time_keys
            WHERE id = (SELECT min(id) FROM one_time_keys WHERE user = ? AND device = ? AND algorithm = ?)
            """
        let found = try connection.first(oldest, user, device, algorithm) { (StoredDeviceKey(row: $0), $0.int(3)) }
        guard let (key, id) = found else { return nil }
        try connection.run("DELETE FROM one_time_keys WHERE id = ?", id)
        return key
    }

    func setFallbackKey(_ key: StoredDeviceKey, of user: UserID, device: DeviceID) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO fallback_keys(user, device, algorithm, key_id, json, is_used)
            VALUES (?, ?, ?, ?, ?, 0)
            """
        try connection.run(sql, user, device, key.algorithm, key.keyID, key.json)
    }

    func claimFallbackKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey? {
        guard let key = try fallbackKey(algorithm: algorithm, of: user, device: device) else { return nil }
        let sql: SQL = """
            UPDATE fallback_keys SET is_used = 1 WHERE user = ? AND device = ? AND algorithm = ? AND is_used = 0
            """
        try connection.run(sql, user, device, algorithm)
        return key
    }
}
