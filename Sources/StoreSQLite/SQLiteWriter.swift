import Store

/// The store's writer: all that ``SQLiteReader`` reads, from inside the open transaction, and all writing.
///
/// Confined to one thread at a time; the journal's.
final class SQLiteWriter: SQLiteReader {
    private let seat: SQLiteWriterSeat
    private let checkpointer: SQLiteCheckpointer

    init(
        _ connection: SQLiteConnection, transactions: SQLiteTransactionIndex, seat: SQLiteWriterSeat,
        checkpointer: SQLiteCheckpointer
    ) {
        self.seat = seat
        self.checkpointer = checkpointer
        super.init(connection, transactions: transactions)
        connection.observeLog(checkpointer)
    }

    deinit {
        rollback()
        connection.observeLog(nil)
        seat.leave()
    }

    var isInTransaction: Bool { connection.isInTransaction }

    func begin() throws(StoreError) {
        guard seat.isOpen else { throw .closed }
        checkpointer.transactionBegins()
        do throws(StoreError) {
            // Takes the write lock at once: what is read after it can't change before the commit.
            try connection.run("BEGIN IMMEDIATE")
        } catch {
            checkpointer.transactionEnded()
            throw error
        }
    }

    func commit() throws(StoreError) {
        do throws(StoreError) {
            try connection.run("COMMIT")
            checkpointer.transactionEnded()
        } catch {
            rollback()
            throw error
        }
    }

    func rollback() {
        // Rolling back writes nothing and needs no space; it fails only when nothing is open.
        if isInTransaction { _ = try? connection.run("ROLLBACK") }
        checkpointer.transactionEnded()
    }

    func savepoint() throws(StoreError) { try connection.run("SAVEPOINT proposal") }

    func release() throws(StoreError) { try connection.run("RELEASE proposal") }

    func rollbackToSavepoint() throws(StoreError) {
        try connection.run("ROLLBACK TO proposal")
        try connection.run("RELEASE proposal")
    }

    func setLastPosition(_ position: Int64) throws(StoreError) {
        try connection.run("UPDATE journal SET last_position = ?", position)
    }
}

extension SQLiteWriter: StoreWriter {}
