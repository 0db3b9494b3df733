import CSQLite
import Glibc
import Store

/// The owner of a connection to the database, with its prepared statements.
///
/// `@unchecked Sendable`: a connection belongs to one owner at a time (the writer, a reader in `read`, the
/// checkpointer's thread) and is handed on under a lock; SQLite's own locks on it are off for that reason.
final class SQLiteConnection: @unchecked Sendable {
    enum Access {
        /// Reads and writes, and makes the file.
        case write
        /// Reads; the file is there.
        case read
    }

    private let handle: OpaquePointer
    private let path: String
    private var statements: [String: SQLiteStatement] = [:]
    /// Keeps other processes out as long as any connection is open.
    private let lock: StoreLock

    /// Opens the file and sets the connection up.
    init(path: String, access: Access, lock: StoreLock, configuration: SQLiteConfiguration) throws(StoreError) {
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch access {
        case .write: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .read: flags |= SQLITE_OPEN_READONLY
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let error = StoreError(code: code, connection: opened, path: path)
            sqlite3_close(opened)
            throw error
        }
        handle = opened
        self.path = path
        self.lock = lock
        waitForLocks(atMost: configuration.busyTimeout)
        if access == .write, sqlite3_db_readonly(handle, "main") == 1 { throw .readOnly(path) }
        try setUp(access, configuration)
    }

    deinit {
        statements.removeAll()
        sqlite3_close(handle)
    }

    /// How long a call waits for a lock before ``StoreError/locked(_:)``.
    func waitForLocks(atMost duration: Duration) {
        sqlite3_busy_timeout(handle, Int32(duration / .milliseconds(1)))
    }

    /// Whether a transaction is open. SQLite ends one by itself after some errors (a full disk among them).
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// The rowid of the newest row that this connection inserted.
    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs a statement; how many rows it inserted, updated or deleted.
    @discardableResult
    func run<each Value: SQLiteBindable>(_ sql: SQL, _ values: repeat each Value) throws(StoreError) -> Int {
        let statement = try statement(sql)
        defer { statement.reset() }
        guard statement.bind(repeat each values) else { throw error() }
        var code = statement.step()
        while code == SQLITE_ROW { code = statement.step() }
        guard code == SQLITE_DONE else { throw error(code) }
        return Int(sqlite3_changes64(handle))
    }

    /// Calls `body` for each row until it returns false. `body` must not use the connection.
    func forEach<each Value: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each Value, while body: (borrowing SQLiteRow) -> Bool
    ) throws(StoreError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        guard statement.bind(repeat each values) else { throw error() }
        while true {
            let code = statement.step()
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw error(code) }
            if !statement.withRow(body) { return }
        }
    }

    /// All rows.
    func all<T, each Value: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each Value, row: (borrowing SQLiteRow) -> T
    ) throws(StoreError) -> [T] {
        var rows: [T] = []
        try forEach(sql, repeat each values) {
            rows.append(row($0))
            return true
        }
        return rows
    }

    /// The first row, nil when there is none. Later rows are not looked at.
    func first<T, each Value: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each Value, row: (borrowing SQLiteRow) -> T
    ) throws(StoreError) -> T? {
        var first: T?
        try forEach(sql, repeat each values) {
            first = row($0)
            return false
        }
        return first
    }

    /// Runs several statements that take no values and are needed once.
    func runScript(_ sql: SQL) throws(StoreError) {
        let code = sqlite3_exec(handle, sql.text, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// Makes the database keep a write-ahead log, which stays so.
    func useWriteAheadLog() throws(StoreError) {
        let mode = try first("PRAGMA journal_mode = WAL") { $0.text(0) }
        guard mode == "wal" else { throw .inputOutput("\(path): no write-ahead log, only \(mode ?? "nothing")") }
    }

    /// Tells `observer` after each commit how many pages the write-ahead log has; nil tells nobody any more.
    /// The caller keeps the observer alive meanwhile.
    func observeLog(_ observer: SQLiteCheckpointer?) {
        guard let observer else {
            sqlite3_wal_hook(handle, nil, nil)
            return
        }
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteCheckpointer>.fromOpaque(context).takeUnretainedValue().logGrew(to: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(observer).toOpaque())
    }

    /// Moves pages from the write-ahead log into the database file.
    ///
    /// - Parameter restart: waits until all are moved and the log can start from its beginning, which keeps the writer
    ///   waiting; otherwise moves what is possible without waiting for anybody.
    /// - Returns: pages in the log, and how many of them are moved.
    func checkpoint(restart: Bool) throws(StoreError) -> (logPages: Int, moved: Int) {
        var logPages: Int32 = 0
        var moved: Int32 = 0
        let mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &logPages, &moved)
        // Busy: a reader needs old pages, and what could be moved was.
        guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else { throw error(code) }
        return (Int(logPages), Int(moved))
    }

    private func setUp(_ access: Access, _ configuration: SQLiteConfiguration) throws(StoreError) {
        try runScript("PRAGMA trusted_schema = OFF")
        // Notices damaged pages earlier.
        try runScript("PRAGMA cell_size_check = ON")
        try runScript("PRAGMA temp_store = MEMORY")
        // Negative: KiB instead of pages.
        let cacheSize = access == .write ? configuration.writerCacheSize : configuration.cacheSize
        try runScript("PRAGMA cache_size = -\(cacheSize)")
        guard access == .write else { return }
        try runScript("PRAGMA synchronous = FULL")
        try runScript("PRAGMA wal_autocheckpoint = 0")
        // The log's file becomes short again after it had to be longer.
        try runScript("PRAGMA journal_size_limit = \(configuration.maximumLogPages * 4096)")
        if let pages = configuration.maximumPages { try runScript("PRAGMA max_page_count = \(pages)") }
    }

    private func statement(_ sql: SQL) throws(StoreError) -> SQLiteStatement {
        if let known = statements[sql.text] { return known }
        guard let statement = SQLiteStatement(preparing: sql.text, in: handle) else { throw error() }
        statements[sql.text] = statement
        return statement
    }

    private func error(_ code: Int32? = nil) -> StoreError {
        StoreError(code: code ?? sqlite3_extended_errcode(handle), connection: handle, path: path)
    }
}
