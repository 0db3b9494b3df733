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
            // The store is read only: to begin at once would take its writer's place.
            try connection.runScript("BEGIN")
            do throws(StoreError) {
                try write(texts, removing: removed, through: position, to: connection)
                try connection.runScript("COMMIT")
            } catch {
                if connection.isInTransaction { try? connection.runScript("ROLLBACK") }
                throw error
            }
        }
    }

    private func write(
        _ texts: [SearchableText], removing removed: [Int64], through position: Int64, to connection: SQLiteConnection
    ) throws(StoreError) {
        let state: SQL = """
            UPDATE event_search_state
            SET position = ?, first_event = (SELECT event_id FROM store.events ORDER BY position LIMIT 1)
            """
        try connection.run(state, position)
        let sql: SQL = """
            INSERT INTO event_search(rowid, body, name, topic, room)
            SELECT position, ?2, ?3, ?4, room FROM store.events WHERE position = ?1 AND redacted_because IS NULL
            """
        for text in texts {
            try connection.run(
                sql, text.position, text.key == .body ? text.tokens : nil, text.key == .name ? text.tokens : nil,
                text.key == .topic ? text.tokens : nil)
        }
        for position in removed { try connection.run("DELETE FROM event_search WHERE rowid = ?", position) }
    }

    func close() { connection.withLock { $0 = nil } }
}
