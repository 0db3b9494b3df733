import MatrixAPI
import Store

extension SQLiteReader: FilterReading {
    func filter(_ id: Int64, of user: UserID) throws(StoreError) -> [UInt8]? {
        try connection.first("SELECT json FROM filters WHERE user = ? AND id = ?", user, id) { $0.blob(0) }
    }
}

extension SQLiteWriter: FilterWriting {
    func insertFilter(_ json: [UInt8], of user: UserID) throws(StoreError) -> Int64 {
        // A user has few filters: comparing them costs less than an index on their text.
        let same: SQL = "SELECT id FROM filters WHERE user = ? AND json = ?"
        if let id = try connection.first(same, user, json, row: { $0.int(0) }) { return id }
        let newest: SQL = "SELECT max(id) FROM filters WHERE user = ?"
        let id = (try connection.first(newest, user) { $0.int(0) } ?? 0) + 1
        try connection.run("INSERT INTO filters(user, id, json) VALUES (?, ?, ?)", user, id, json)
        return id
    }
}

extension SQLiteReader: ServerSecretReading {
    func serverSecret(_ name: String) throws(StoreError) -> [UInt8]? {
        try connection.first("SELECT secret FROM server_secrets WHERE name = ?", name) { $0.blob(0) }
    }
}

extension SQLiteWriter: ServerSecretWriting {
    func setServerSecret(_ secret: [UInt8], name: String) throws(StoreError) {
        try connection.run("INSERT OR REPLACE INTO server_secrets(name, secret) VALUES (?, ?)", name, secret)
    }
}
