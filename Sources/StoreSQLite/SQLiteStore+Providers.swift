import MatrixAPI
import Store

extension SQL {
    fileprivate static let providerColumns: SQL = """
        name, kind, room_id, source, interval, is_enabled, token_hash, failures, last_run, last_success, last_error,
        entity_tag, last_modified, created
        """
}

extension StoredProvider {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            // The schema checks that it is one of them.
            name: row.text(0), kind: Kind(rawValue: row.text(1)) ?? .push, room: row.id(2), source: row.text(3),
            interval: Int(row.int(4)), created: row.int(13))
        isEnabled = row.bool(5)
        tokenHash = row.optionalBlob(6)
        failures = Int(row.int(7))
        lastRun = row.int(8)
        lastSuccess = row.int(9)
        lastError = row.text(10)
        entityTag = row.optionalText(11)
        lastModified = row.optionalText(12)
    }
}

extension SQLiteReader: ProviderReading {
    func providers() throws(StoreError) -> [StoredProvider] {
        try connection.all("SELECT \(.providerColumns) FROM providers ORDER BY name") { StoredProvider(row: $0) }
    }

    func provider(_ name: String) throws(StoreError) -> StoredProvider? {
        try connection.first("SELECT \(.providerColumns) FROM providers WHERE name = ?", name) {
            StoredProvider(row: $0)
        }
    }

    func provider(withTokenHash hash: [UInt8]) throws(StoreError) -> StoredProvider? {
        try connection.first("SELECT \(.providerColumns) FROM providers WHERE token_hash = ?", hash) {
            StoredProvider(row: $0)
        }
    }

    func providerRuns(of name: String, limit: Int) throws(StoreError) -> [StoredProviderRun] {
        let sql: SQL = """
            SELECT id, started, duration, is_good, text FROM provider_runs WHERE provider = ? ORDER BY id DESC LIMIT ?
            """
        return try connection.all(sql, name, max(0, limit)) {
            StoredProviderRun(
                id: $0.int(0), provider: name, started: $0.int(1), duration: $0.int(2), isGood: $0.bool(3),
                text: $0.text(4))
        }
    }
}

extension SQLiteWriter: ProviderWriting {
    func setProvider(_ provider: StoredProvider) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO providers(\(.providerColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, provider.name, provider.kind, provider.room, provider.source, provider.interval, provider.isEnabled,
            provider.tokenHash, provider.failures, provider.lastRun, provider.lastSuccess, provider.lastError,
            provider.entityTag, provider.lastModified, provider.created)
    }

    func deleteProvider(_ name: String) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM provider_runs WHERE provider = ?", name)
        return try connection.run("DELETE FROM providers WHERE name = ?", name) > 0
    }

    func insertProviderRun(_ run: StoredProviderRun, keeping kept: Int) throws(StoreError) {
        try connection.run(
            "INSERT INTO provider_runs(provider, started, duration, is_good, text) VALUES (?, ?, ?, ?, ?)",
            run.provider, run.started, run.duration, run.isGood, run.text)
        let sql: SQL = """
            DELETE FROM provider_runs WHERE provider = ?1 AND id <=
                (SELECT id FROM provider_runs WHERE provider = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
            """
        try connection.run(sql, run.provider, kept)
    }
}
