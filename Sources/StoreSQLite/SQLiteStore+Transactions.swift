import MatrixAPI
import Store

extension SQLiteReader: TransactionReading {
    private static let find: SQL = """
        SELECT event_id, response, created FROM transactions
        WHERE id = ? AND user = ? AND device = ? AND scope = ? AND identifier = ?
        """

    func transaction(_ key: TransactionKey) throws(StoreError) -> StoredTransaction? {
        for id in try transactions.ids(of: key) {
            let found = try connection.first(Self.find, id, key.user, key.device, key.scope, key.identifier) {
                StoredTransaction(
                    eventID: $0.optionalText(0).map { EventID(unchecked: $0) }, response: $0.optionalBlob(1),
                    created: $0.int(2))
            }
            if let found { return found }
        }
        return nil
    }
}

extension SQLiteWriter: TransactionWriting {
    private static let insert: SQL = """
        INSERT INTO transactions(user, device, scope, identifier, event_id, response, created)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    func insertTransaction(_ transaction: StoredTransaction, for key: TransactionKey) throws(StoreError) {
        guard try self.transaction(key) == nil else { throw .constraint("transaction \(key.scope) is there already") }
        try connection.run(
            Self.insert, key.user, key.device, key.scope, key.identifier, transaction.eventID, transaction.response,
            transaction.created)
        transactions.note(connection.lastInsertedID, for: key)
    }

    func deleteTransactions(createdBefore created: Int64, limit: Int) throws(StoreError) -> Int {
        // Ids are in order of age, so the first that is young enough ends the search; no index on the time is needed.
        let sql: SQL = """
            DELETE FROM transactions WHERE id IN (
                SELECT id FROM transactions
                WHERE id < coalesce(
                    (SELECT id FROM transactions WHERE created >= ? ORDER BY id LIMIT 1), 9223372036854775807)
                ORDER BY id LIMIT ?)
            """
        let deleted = try connection.run(sql, created, max(0, limit))
        if deleted > 0 {
            // Should this be rolled back, the rows come back without being found: they were old enough to go.
            let oldest = try connection.first("SELECT min(id) FROM transactions") { $0.optionalInt(0) }
            transactions.forget(before: (oldest ?? nil) ?? .max)
        }
        return deleted
    }
}
