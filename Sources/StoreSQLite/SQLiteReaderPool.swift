import Store

/// Connections for readers: made when needed, at most as many as there are reader threads. Any thread.
final class SQLiteReaderPool: Sendable {
    private struct State {
        var idle: [SQLiteConnection] = []
        var lent = 0
        var isClosed = false
    }

    private let state = Monitor(State())
    private let transactions: SQLiteTransactionIndex
    private let open: @Sendable () throws(StoreError) -> SQLiteConnection

    init(
        transactions: SQLiteTransactionIndex, open: @escaping @Sendable () throws(StoreError) -> SQLiteConnection
    ) {
        self.transactions = transactions
        self.open = open
    }

    /// Runs `body` in a read transaction of a connection that nobody else has meanwhile.
    func read<T>(_ body: (any StoreReader) throws -> T) throws -> T {
        try state.withLock { (state: inout State) throws(StoreError) in
            if state.isClosed { throw .closed }
            state.lent += 1
        }
        // After `use` no reference to the connection is left here, so that `close` closes it.
        defer { state.change { $0.lent -= 1 } }
        return try use(body)
    }

    private func use<T>(_ body: (any StoreReader) throws -> T) throws -> T {
        let connection = try state.withLock { $0.idle.popLast() } ?? open()
        try connection.run("BEGIN")
        let result = Result { try body(SQLiteReader(connection, transactions: transactions)) }
        // A connection whose transaction does not end is given up.
        if (try? connection.run("COMMIT")) != nil { state.withLock { $0.idle.append(connection) } }
        return try result.get()
    }

    /// Lets nobody in any more, and waits for those who are.
    func close() {
        state.change { $0.isClosed = true }
        state.wait { $0.lent == 0 ? () : nil }
        state.change { $0.idle = [] }
    }
}
