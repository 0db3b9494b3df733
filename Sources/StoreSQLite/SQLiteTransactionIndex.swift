import Store

/// Where transactions are in their table, by the hash of their key: in memory, because an index on the disk would have
/// a page of its own to write for nearly every request, which costs more than the event that the request sends.
///
/// An entry is a hint: whoever follows it compares the row, so that one left by a rolled back or deleted row does no
/// harm. Hashes are seeded for each process; nobody can make two keys collide. Any thread.
final class SQLiteTransactionIndex: Sendable {
    private let ids = Monitor<[Int: Int64]>([:])

    /// Reads the table, whose rows callers delete by age.
    init(reading connection: SQLiteConnection) throws(StoreError) {
        var found: [Int: Int64] = [:]
        try connection.forEach("SELECT id, user, device, scope, identifier FROM transactions") {
            let key = TransactionKey(
                user: $0.id(1), device: $0.device(2), scope: $0.text(3), identifier: $0.text(4))
            found[key.hashValue] = $0.int(0)
            return true
        }
        let all = found
        ids.withLock { $0 = all }
    }

    /// The row that may have this key.
    func id(of key: TransactionKey) -> Int64? {
        let hash = key.hashValue
        return ids.withLock { $0[hash] }
    }

    func note(_ id: Int64, for key: TransactionKey) {
        let hash = key.hashValue
        ids.withLock { $0[hash] = id }
    }

    /// Forgets rows before `id`.
    func forget(before id: Int64) {
        ids.withLock { ids in ids = ids.filter { $0.value >= id } }
    }
}
