import CSQLite

/// A database set up for durable commits. Used by one thread at a time.
///
/// `@unchecked Sendable`: handed from thread to thread, never shared.
final class RawDatabase: @unchecked Sendable {
    /// What a row takes with it.
    enum Shape {
        /// One table of numbered rows: nothing can be done with less.
        case bytes
        /// The columns and indexes by which a server finds the event again, by identifier, by room and by the
        /// sender's transaction; and the journal's position once a transaction.
        case indexed
    }

    private let handle: OpaquePointer
    private let begin: OpaquePointer
    private let insert: OpaquePointer
    private let end: OpaquePointer
    private let position: OpaquePointer?
    private let row: [UInt8]
    private var written: Int64 = 0
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(path: String, row: [UInt8], shape: Shape) throws(BenchError) {
        self.row = row
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
            throw BenchError("\(path): SQLite cannot open it")
        }
        handle = opened
        let script = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + Self.tables(shape)
        guard sqlite3_exec(opened, script, nil, nil, nil) == SQLITE_OK else { throw Self.error(opened) }
        begin = try Self.prepare("BEGIN IMMEDIATE", opened)
        switch shape {
        case .bytes:
            insert = try Self.prepare("INSERT INTO events(json) VALUES (?)", opened)
            position = nil
        case .indexed:
            insert = try Self.prepare(
                """
                INSERT INTO events(json, position, room, event_id, type, sender, timestamp, device, transaction_id)
                VALUES (?1, ?2, 1, printf('$%012d', ?2) || hex(randomblob(16)), 'm.room.message', '@sender:localhost',
                1700000000000, 'ABCDEFGHIJ', printf('t%09d', ?2))
                """, opened)
            position = try Self.prepare("UPDATE journal SET last_position = ?", opened)
        }
        end = try Self.prepare("COMMIT", opened)
    }

    deinit {
        for statement in [begin, insert, end, position].compactMap({ $0 }) { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    /// Writes so many rows in one transaction; on the disk when it returns.
    func commit(rows: Int) throws(BenchError) {
        try run(begin)
        for _ in 0..<rows {
            let bound = row.withUnsafeBytes {
                sqlite3_bind_blob(insert, 1, $0.baseAddress, Int32($0.count), Self.copied)
            }
            guard bound == SQLITE_OK else { throw Self.error(handle) }
            written += 1
            if position != nil { sqlite3_bind_int64(insert, 2, written) }
            try run(insert)
        }
        if let position {
            sqlite3_bind_int64(position, 1, written)
            try run(position)
        }
        try run(end)
    }

    private static func tables(_ shape: Shape) -> String {
        switch shape {
        case .bytes: "CREATE TABLE events(position INTEGER PRIMARY KEY, json BLOB NOT NULL) STRICT;"
        case .indexed:
            """
            CREATE TABLE journal(id INTEGER PRIMARY KEY, last_position INTEGER NOT NULL) STRICT;
            INSERT INTO journal VALUES (1, 0);
            CREATE TABLE events(
                position INTEGER PRIMARY KEY, room INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,
                sender TEXT NOT NULL, timestamp INTEGER NOT NULL, device TEXT, transaction_id TEXT, json BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX events_event_id ON events(event_id);
            CREATE INDEX events_room ON events(room);
            CREATE UNIQUE INDEX events_transaction ON events(sender, device, transaction_id);
            """
        }
    }

    private func run(_ statement: OpaquePointer) throws(BenchError) {
        defer { sqlite3_reset(statement) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw Self.error(handle) }
    }

    private static func prepare(_ sql: String, _ handle: OpaquePointer) throws(BenchError) -> OpaquePointer {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw error(handle)
        }
        return statement
    }

    private static func error(_ handle: OpaquePointer) -> BenchError {
        BenchError("SQLite: \(String(cString: sqlite3_errmsg(handle)))")
    }
}
