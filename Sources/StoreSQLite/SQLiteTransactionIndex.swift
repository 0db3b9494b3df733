import LinuxShims
import Store

/// Where transactions are in their table, by the hash of their key: in memory, because an index on the disk would have
/// a page of its own to write for nearly every request, which costs more than the event that the request sends.
///
/// An entry is a hint: whoever follows it compares the row, so that one left by a rolled back or deleted row does no
/// harm. Hashes are seeded for each process. What the table holds at the start is read beside everything else; who looks
/// for a transaction before that is done waits. Any thread.
final class SQLiteTransactionIndex: Sendable {
    private struct State {
        var hints: TransactionHints
        /// Rows before it are deleted.
        var oldest: Int64 = .min
        var loading = Loading.underWay
    }

    private enum Loading {
        case underWay
        /// The store is being closed.
        case stopping
        case over
        case failed(StoreError)
    }

    private let state: Monitor<State>

    /// - Parameter capacity: how many rows the table has, about.
    init(capacity: Int) { state = Monitor(State(hints: TransactionHints(capacity: capacity))) }

    /// Reads the table as it was when the store was opened. To be called once.
    /// - Parameter connection: opened here, on the thread that reads.
    func load(through last: Int64, _ connection: () throws(StoreError) -> SQLiteConnection) {
        let result: Loading
        do throws(StoreError) {
            // In parts: nobody waits for the monitor for long.
            let connection = try connection()
            var at = Int64.min
            while at < last, !isStopping { at = try loadPart(after: at, through: last, connection) ?? last }
            // What is not known whole must not be taken for a transaction that never was.
            result = isStopping ? .failed(.closed) : .over
        } catch {
            result = .failed(error)
        }
        state.change { $0.loading = result }
        mado_return_free_memory()
    }

    private static let part = 4_096

    /// - Returns: the last row of the part; nil when there is none any more.
    private func loadPart(
        after: Int64, through last: Int64, _ connection: SQLiteConnection
    ) throws(StoreError) -> Int64? {
        let sql: SQL = """
            SELECT id, user, device, scope, identifier FROM transactions WHERE id > ? AND id <= ? ORDER BY id LIMIT ?
            """
        var found: [(hash: Int, id: Int64)] = []
        found.reserveCapacity(Self.part)
        try connection.forEach(sql, after, last, Self.part) {
            let key = TransactionKey(
                user: $0.id(1), device: $0.device(2), scope: $0.text(3), identifier: $0.text(4))
            found.append((key.hashValue, $0.int(0)))
            return true
        }
        let rows = found
        state.withLock { state in
            for row in rows where row.id >= state.oldest { state.hints.insert(row.id, hash: row.hash) }
        }
        return rows.last?.id
    }

    private var isStopping: Bool {
        state.withLock { if case .stopping = $0.loading { true } else { false } }
    }

    /// Gives up reading the table, and waits until that is so.
    func stop() {
        state.change { if case .underWay = $0.loading { $0.loading = .stopping } }
        state.wait { state -> Void? in
            switch state.loading {
            case .underWay, .stopping: nil
            case .over, .failed: ()
            }
        }
    }

    /// The rows one of which may have this key.
    /// - Throws: what reading the table met with.
    func ids(of key: TransactionKey) throws(StoreError) -> [Int64] {
        let hash = key.hashValue
        let found = state.wait { state -> Result<[Int64], StoreError>? in
            switch state.loading {
            case .underWay, .stopping: nil
            case .over: .success(state.hints.ids(hash: hash))
            case .failed(let error): .failure(error)
            }
        }
        return try found.get()
    }

    func note(_ id: Int64, for key: TransactionKey) {
        let hash = key.hashValue
        state.withLock { $0.hints.insert(id, hash: hash) }
    }

    /// Forgets rows before `id`.
    func forget(before id: Int64) {
        state.withLock { state in
            state.oldest = max(state.oldest, id)
            state.hints.removeAll(before: id)
        }
    }
}
