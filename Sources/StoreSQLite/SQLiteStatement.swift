import CSQLite
import Store

/// The owner of a prepared statement. Confined to its connection's owner.
final class SQLiteStatement {
    private let handle: OpaquePointer

    /// Prepares `sql`, to be kept. The caller finds out the error's details from the connection when this is nil.
    init?(preparing sql: String, in connection: OpaquePointer) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil) == SQLITE_OK, let handle else { return nil }
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Binds values to the parameters from 1 on; false when SQLite refused one (too big, out of memory).
    func bind<each Value: SQLiteBindable>(_ values: repeat each Value) -> Bool {
        var index: Int32 = 0
        var isBound = true
        for value in repeat each values {
            index += 1
            if value.bind(to: handle, at: index) != SQLITE_OK { isBound = false }
        }
        assert(index == sqlite3_bind_parameter_count(handle), "a parameter has no value")
        return isBound
    }

    /// SQLite's result code: `SQLITE_ROW`, `SQLITE_DONE` or an error.
    func step() -> Int32 { sqlite3_step(handle) }

    /// The row that `step` reached.
    func withRow<T>(_ body: (borrowing SQLiteRow) -> T) -> T { body(SQLiteRow(borrowed: handle)) }

    /// Gives back what the execution holds, values included, so that no big value stays behind in the cache.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }
}
