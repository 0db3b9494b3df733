import CSQLite
import SQLite

/// The owner of the connection to an account's database, with its prepared statements. Confined to the store's queue.
final class Database {
    /// "MadC", in the file's header, tells our databases from other programs'.
    private static let applicationID = 0x4D61_6443

    private let handle: OpaquePointer
    private let path: String
    /// What somebody is of whose presence nothing was told: offline where the server tells of people at all.
    var silentAvailability = Availability.unknown
    private var statements: [String: OpaquePointer] = [:]

    /// Opens the file, makes it when there is none, and brings it to the newest schema.
    init(path: String, migrations: [Migration] = Migration.all) throws(LocalStoreError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw LocalStoreError(code: code, message: "\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(handle, 5000)
        try runScript("PRAGMA trusted_schema = OFF")
        try runScript("PRAGMA cell_size_check = ON")
        try checkOwner(migrations)
        try runScript("PRAGMA journal_mode = WAL")
        // What was entered is acknowledged to the user, so it has to be on the disk.
        try runScript("PRAGMA synchronous = FULL")
        try runScript("PRAGMA temp_store = MEMORY")
        try runScript("PRAGMA cache_size = -8192")
        try migrate(migrations)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs `body` in a transaction; nothing of it stays when it throws.
    func transaction<T>(_ body: () throws -> T) throws -> T {
        try runScript("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try runScript("COMMIT")
            return value
        } catch {
            if sqlite3_get_autocommit(handle) == 0 { try? runScript("ROLLBACK") }
            throw error
        }
    }

    /// Runs a statement; how many rows it inserted, updated or deleted.
    @discardableResult
    func run<each Value: Bindable>(_ sql: SQL, _ values: repeat each Value) throws(LocalStoreError) -> Int {
        let statement = try prepare(sql, repeat each values)
        defer { reset(statement) }
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        guard code == SQLITE_DONE else { throw error(code) }
        return Int(sqlite3_changes64(handle))
    }

    /// All rows. `row` may use the connection with other statements.
    func all<T, each Value: Bindable>(
        _ sql: SQL, _ values: repeat each Value, row: (borrowing Row) throws -> T
    ) throws -> [T] {
        let statement = try prepare(sql, repeat each values)
        defer { reset(statement) }
        var rows: [T] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw error(code) }
            rows.append(try row(Row(borrowed: statement)))
        }
    }

    /// The first row, nil when there is none.
    func first<T, each Value: Bindable>(
        _ sql: SQL, _ values: repeat each Value, row: (borrowing Row) throws -> T
    ) throws -> T? {
        let statement = try prepare(sql, repeat each values)
        defer { reset(statement) }
        let code = sqlite3_step(statement)
        if code == SQLITE_DONE { return nil }
        guard code == SQLITE_ROW else { throw error(code) }
        return try row(Row(borrowed: statement))
    }

    /// Runs statements that take no values and are needed once.
    func runScript(_ sql: SQL) throws(LocalStoreError) {
        let code = sqlite3_exec(handle, sql.text, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func prepare<each Value: Bindable>(
        _ sql: SQL, _ values: repeat each Value
    ) throws(LocalStoreError) -> OpaquePointer {
        let statement = try statement(sql)
        var index: Int32 = 0
        for value in repeat each values {
            index += 1
            let code = value.bind(to: statement, at: index)
            guard code == SQLITE_OK else { throw error(code) }
        }
        assert(index == sqlite3_bind_parameter_count(statement), "a parameter has no value")
        return statement
    }

    private func statement(_ sql: SQL) throws(LocalStoreError) -> OpaquePointer {
        if let known = statements[sql.text] {
            precondition(sqlite3_stmt_busy(known) == 0, "a statement runs inside itself: \(sql.text)")
            return known
        }
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql.text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw error(code) }
        statements[sql.text] = made
        return made
    }

    /// Gives back what the execution holds, values included.
    private func reset(_ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func error(_ code: Int32) -> LocalStoreError {
        LocalStoreError(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

extension Database {
    private func pragma(_ sql: SQL) throws(LocalStoreError) -> Int {
        do {
            return try first(sql) { Int($0.int(0)) } ?? 0
        } catch let error as LocalStoreError {
            throw error
        } catch {
            throw .damaged("\(error)")
        }
    }

    private func checkOwner(_ migrations: [Migration]) throws(LocalStoreError) {
        let found = try pragma("PRAGMA user_version")
        let owner = try pragma("PRAGMA application_id")
        let supported = migrations.last?.version ?? 0
        if owner == 0, found == 0 {
            guard try pragma("SELECT count(*) FROM sqlite_schema") == 0 else { throw .foreign(path: path) }
            return
        }
        guard owner == Self.applicationID else { throw .foreign(path: path) }
        guard found <= supported else { throw .newer(found: found, supported: supported) }
    }

    /// Each migration in one transaction with the version that it leads to: an interruption leaves the version before.
    private func migrate(_ migrations: [Migration]) throws(LocalStoreError) {
        let found = try pragma("PRAGMA user_version")
        for migration in migrations where migration.version > found {
            try runScript("BEGIN IMMEDIATE")
            do throws(LocalStoreError) {
                try runScript(migration.script)
                try runScript("PRAGMA application_id = \(Self.applicationID)")
                try runScript("PRAGMA user_version = \(migration.version)")
                try runScript("COMMIT")
            } catch {
                try? runScript("ROLLBACK")
                throw error
            }
        }
    }
}
