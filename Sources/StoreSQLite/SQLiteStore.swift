import CSQLite
import EventLoop
import Glibc
package import Store

/// A ``Store`` in one folder, in an SQLite database with a write-ahead log.
///
/// Files: `mado.db` with its `-wal` and `-shm`, `search.db` with the same, in which is nothing that does not follow from the
/// first, and `mado.lock`, which keeps a second server out. A commit is synced to the disk before it returns
/// (`synchronous=FULL`).
package final class SQLiteStore: Store {
    private let path: String
    private let configuration: SQLiteConfiguration
    /// Here as long as the store is open; connections have it for as long as they live.
    private let lock: Monitor<StoreLock?>
    private let seat = SQLiteWriterSeat()
    private let transactions: SQLiteTransactionIndex
    private let readers: SQLiteReaderPool
    private let threads: BlockingPool
    private let checkpointer: SQLiteCheckpointer
    private let searchIndex: SQLiteSearchIndex
    private let indexing = BlockingPool(threads: 1, name: "store-index", urgency: .background)

    /// Opens the store, makes it if the folder has none, and migrates it to the newest schema.
    ///
    /// - Parameter folder: made too if it is missing and its parent is there; readable by the owner only.
    ///
    /// Throws ``StoreError/locked(_:)``, ``StoreError/readOnly(_:)``, ``StoreError/diskFull``,
    /// ``StoreError/corrupt(_:)``, ``StoreError/databaseIsNewer(found:supported:)``, ``StoreError/inputOutput(_:)``.
    package convenience init(folder: String, configuration: SQLiteConfiguration = SQLiteConfiguration())
        throws(StoreError)
    {
        try self.init(folder: folder, configuration: configuration, migrator: SQLiteMigrator())
    }

    init(folder: String, configuration: SQLiteConfiguration, migrator: SQLiteMigrator) throws(StoreError) {
        let path = try Self.prepareFile(in: folder)
        let lock = try StoreLock(folder: folder)
        let first = try SQLiteConnection(path: path, access: .write, lock: lock, configuration: configuration)
        try migrator.check(first)
        try first.useWriteAheadLog()
        try migrator.migrate(first)
        let searchIndex = try SQLiteSearchIndex(folder: folder, store: path, lock: lock, configuration: configuration)
        self.searchIndex = searchIndex
        let held = Monitor<StoreLock?>(lock)
        self.path = path
        self.lock = held
        self.configuration = configuration
        let kept = try first.first("SELECT (SELECT min(id) FROM transactions), (SELECT max(id) FROM transactions)") {
            (oldest: $0.optionalInt(0) ?? 0, newest: $0.optionalInt(1) ?? 0)
        }
        let newest = kept?.newest ?? 0
        let transactions = SQLiteTransactionIndex(capacity: Int(newest - (kept?.oldest ?? 0)))
        self.transactions = transactions
        readers = SQLiteReaderPool(transactions: transactions) { () throws(StoreError) in
            let reader = try Self.connect(.read, path: path, lock: held, configuration: configuration)
            try searchIndex.attach(to: reader)
            return reader
        }
        threads = BlockingPool(threads: configuration.readers, name: "store-read")
        checkpointer = try SQLiteCheckpointer(connection: first, configuration: configuration)
        threads.submit {
            transactions.load(through: newest) { () throws(StoreError) in
                try Self.connect(.read, path: path, lock: held, configuration: configuration)
            }
        }
    }

    deinit { close() }

    /// Makes folder and database file where they are missing; the file's path.
    static func prepareFile(in folder: String) throws(StoreError) -> String {
        configureEngine
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            let code = errno
            throw StoreError(systemError: code, path: folder)
                ?? .inputOutput("\(folder): \(String(cString: strerror(code)))")
        }
        let path = folder + "/mado.db"
        try createFile(path)
        return path
    }

    /// Once in a process, before its first database. Refused afterwards, which costs speed and nothing else.
    private static let configureEngine: Void = { _ = mado_sqlite_disable_memory_statistics() }()

    package func read<T: Sendable>(
        isBulk: Bool, _ body: @escaping @Sendable (any StoreReader) throws -> T
    ) async throws -> T {
        let readers = readers
        return try await threads.run(isBulk: isBulk) { try readers.read(body) }
    }

    package func index(
        _ texts: [SearchableText], removing removed: [Int64], through position: Int64
    ) async throws {
        try await indexing.run { [searchIndex] in
            try searchIndex.update(texts, removing: removed, through: position)
        }
    }

    package func makeWriter() throws(StoreError) -> sending any StoreWriter {
        guard seat.isOpen else { throw .closed }
        guard seat.take() else { throw .writerTaken }
        do throws(StoreError) {
            let connection = try Self.connect(.write, path: path, lock: lock, configuration: configuration)
            return SQLiteWriter(connection, transactions: transactions, seat: seat, checkpointer: checkpointer)
        } catch {
            seat.leave()
            throw error
        }
    }

    package func close() {
        guard seat.close() else { return }
        readers.close()
        searchIndex.close()
        transactions.stop()
        checkpointer.stop()
        lock.change { $0 = nil }
    }

    /// ``StoreError/closed`` when the lock is given back.
    private static func connect(
        _ access: SQLiteConnection.Access, path: String, lock: Monitor<StoreLock?>, configuration: SQLiteConfiguration
    ) throws(StoreError) -> SQLiteConnection {
        guard let lock = lock.withLock({ $0 }) else { throw .closed }
        return try SQLiteConnection(path: path, access: access, lock: lock, configuration: configuration)
    }

    /// Makes the file if it is missing, so that nobody but the owner can read it; SQLite gives the same permissions to
    /// the files beside it.
    static func createFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            throw StoreError(systemError: code, path: path)
                ?? .inputOutput("\(path): \(String(cString: strerror(code)))")
        }
        Glibc.close(descriptor)
    }
}
