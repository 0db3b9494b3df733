import Glibc
import Store

/// The index of words, in a database of its own beside the store's: to put words in order takes tens of milliseconds at times,
/// which the store's one writer, and so everybody who sends, would wait for.
///
/// All in it follows from the store. A file that is missing, damaged, of another version or of another store is made anew, and
/// filled again from the first event on.
final class SQLiteSearchIndex: Sendable {
    /// Of the tables below. Another one makes all indexes anew.
    private static let version = 1
    /// Room is a word too, as its number, so that a search goes through what is in the member's rooms instead of through what
    /// is found on the whole server; it counts nothing for the rank.
    private static let tables: SQL = """
        CREATE VIRTUAL TABLE event_search USING fts5(
            body, name, topic, room, tokenize = 'unicode61 remove_diacritics 2');
        INSERT INTO event_search(event_search, rank) VALUES ('rank', 'bm25(1.0, 1.0, 1.0, 0.0)');
        -- The words themselves, in order, to find those that begin with what was typed.
        CREATE VIRTUAL TABLE event_search_words USING fts5vocab(event_search, instance);
        -- How far the journal is in it, and whose journal that is: the event with which the store begins.
        CREATE TABLE event_search_state(
            id INTEGER PRIMARY KEY CHECK (id = 1),
            position INTEGER NOT NULL,
            first_event TEXT
        ) STRICT;
        INSERT INTO event_search_state VALUES (1, 0, NULL);
        """

    let path: String
    /// With the store attached, which it reads; nil once it is closed.
    private let connection: Monitor<SQLiteConnection?>

    /// Opens it, and makes it where that is needed.
    /// - Parameter store: the file of the store that it is for, which is there.
    init(
        folder: String, store: String, lock: StoreLock, configuration: SQLiteConfiguration
    ) throws(StoreError) {
        path = folder + "/search.db"
        if let known = try? Self.open(path, store, lock, configuration), (try? Self.fits(known)) == true {
            connection = Monitor(known)
            return
        }
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let made = try Self.open(path, store, lock, configuration)
        try made.runScript("BEGIN; \(Self.tables) PRAGMA user_version = \(Self.version); COMMIT")
        connection = Monitor(made)
    }

    private static func open(
        _ path: String, _ store: String, _ lock: StoreLock, _ configuration: SQLiteConfiguration
    ) throws(StoreError) -> SQLiteConnection {
        try SQLiteStore.createFile(path)
        let connection = try SQLiteConnection(path: path, access: .write, lock: lock, configuration: configuration)
        try connection.useWriteAheadLog()
        // Nobody waits for who fills it.
        try connection.runScript("PRAGMA wal_autocheckpoint = 1000")
        // What the machine forgets when it stops is indexed again; each sync would keep those waiting who send.
        try connection.runScript("PRAGMA synchronous = NORMAL")
        try connection.run("ATTACH ? AS store", store)
        return connection
    }

    /// Whether it is an index of this version and of this store, which may have been put back to an earlier state.
    private static func fits(_ connection: SQLiteConnection) throws(StoreError) -> Bool {
        guard try connection.first("PRAGMA user_version", row: { Int($0.int(0)) }) == version else { return false }
        let sql: SQL = """
            SELECT position = 0 OR (
                position <= (SELECT last_position FROM store.journal)
                AND first_event IS (SELECT event_id FROM store.events ORDER BY position LIMIT 1))
            FROM event_search_state
            """
        return try connection.first(sql) { $0.bool(0) } ?? false
    }

    /// Lets a connection to the store search in it.
    func attach(to reader: SQLiteConnection) throws(StoreError) {
        try reader.run("ATTACH ? AS search", path)
        try reader.runScript("PRAGMA search.cache_size = -1024")
    }

    /// Takes texts in, except those of events that were redacted meanwhile, and words out, and notes how far the journal is in
    /// it. What was removed is so on the disk when it returns. Waits for others that do the same.
    func update(_ texts: [SearchableText], removing removed: [Int64], through position: Int64) throws(StoreError) {
        try connection.withLock { (connection: inout SQLiteConnection?) throws(StoreError) in
            guard let connection else { throw .closed }
            // The store forgets what was to be removed.
            if !removed.isEmpty { try connection.runScript("PRAGMA synchronous = FULL") }
            defer { if !removed.isEmpty { try? connection.runScript("PRAGMA synchronous = NORMAL") } }
            // Each by itself: a transaction that had both would keep the store's log from starting anew while words are
            // put in order. What is redacted between the two is told as removed later.
            let (first, rooms) = try inTransaction(connection) { () throws(StoreError) in
                let first = try firstEvent(connection)
                return (first, try texts.map { text throws(StoreError) in try room(of: text, connection) })
            }
            try inTransaction(connection) { () throws(StoreError) in
                try connection.run("UPDATE event_search_state SET position = ?, first_event = ?", position, first)
                for (text, room) in zip(texts, rooms) {
                    if let room { try insert(text, in: room, connection) }
                }
                for position in removed { try connection.run("DELETE FROM event_search WHERE rowid = ?", position) }
            }
        }
    }

    private func inTransaction<T>(
        _ connection: SQLiteConnection, _ body: () throws(StoreError) -> T
    ) throws(StoreError) -> T {
        // To begin at once would take the place of the store's writer as well.
        try connection.runScript("BEGIN")
        do throws(StoreError) {
            let result = try body()
            try connection.runScript("COMMIT")
            return result
        } catch {
            if connection.isInTransaction { try? connection.runScript("ROLLBACK") }
            throw error
        }
    }

    /// That with which the store begins.
    private func firstEvent(_ connection: SQLiteConnection) throws(StoreError) -> String? {
        try connection.first("SELECT event_id FROM store.events ORDER BY position LIMIT 1") { $0.text(0) }
    }

    /// The room's number; nil when the event is gone or redacted.
    private func room(of text: SearchableText, _ connection: SQLiteConnection) throws(StoreError) -> Int64? {
        let sql: SQL = "SELECT room FROM store.events WHERE position = ? AND redacted_because IS NULL"
        return try connection.first(sql, text.position) { $0.int(0) }
    }

    private func insert(
        _ text: SearchableText, in room: Int64, _ connection: SQLiteConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO event_search(rowid, body, name, topic, room) VALUES (?, ?, ?, ?, ?)", text.position,
            text.key == .body ? text.tokens : nil, text.key == .name ? text.tokens : nil,
            text.key == .topic ? text.tokens : nil, room)
    }

    func close() { connection.withLock { $0 = nil } }
}
