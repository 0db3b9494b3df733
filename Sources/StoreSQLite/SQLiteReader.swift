import Store

/// What a connection can read. Its functions are in extensions, one for each capability.
///
/// Confined to one thread at a time, as its connection is.
class SQLiteReader {
    let connection: SQLiteConnection
    let transactions: SQLiteTransactionIndex

    init(_ connection: SQLiteConnection, transactions: SQLiteTransactionIndex) {
        self.connection = connection
        self.transactions = transactions
    }

    func lastPosition() throws(StoreError) -> Int64 {
        try connection.first("SELECT last_position FROM journal") { $0.int(0) } ?? 0
    }
}

extension SQLiteReader: StoreReader {}
