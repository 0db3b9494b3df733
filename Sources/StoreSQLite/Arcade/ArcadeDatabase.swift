package import Store

/// The arcade's database, in a folder of its own: `mado.db` and `mado.lock` as a server's, with other tables.
///
/// A commit is on the disk when it returns.
///
/// `@unchecked Sendable`: used by one thread at a time, the arcade's.
package final class ArcadeDatabase: @unchecked Sendable {
    /// Pages in the write-ahead log from which they are moved into the database.
    private static let checkpointPages = 2000

    private let connection: SQLiteConnection
    private var commits = 0

    /// Opens the database, makes it if the folder has none, and brings it to the newest schema.
    /// - Throws: ``StoreError`` as a server's store does.
    package init(folder: String) throws(StoreError) {
        let path = try SQLiteStore.prepareFile(in: folder)
        let lock = try StoreLock(folder: folder)
        connection = try SQLiteConnection(
            path: path, access: .write, lock: lock, configuration: SQLiteConfiguration())
        let migrator = SQLiteMigrator(migrations: [.arcade])
        try migrator.check(connection)
        try connection.useWriteAheadLog()
        try migrator.migrate(connection)
    }

    // MARK: Transactions

    package func begin() throws(StoreError) { try connection.run("BEGIN IMMEDIATE") }

    /// When it throws, nothing was kept and no transaction is open.
    package func commit() throws(StoreError) {
        do throws(StoreError) {
            try connection.run("COMMIT")
        } catch {
            rollback()
            throw error
        }
        commits += 1
        // The log is small most of the time: a look now and then is enough.
        if commits.isMultiple(of: 500) { _ = try? connection.checkpoint(restart: false) }
    }

    package func rollback() { if connection.isInTransaction { _ = try? connection.run("ROLLBACK") } }

    // MARK: People

    package func identities() throws(StoreError) -> [StoredArcadeIdentity] {
        try connection.all("SELECT user, person, name FROM identities ORDER BY user") { row in
            StoredArcadeIdentity(user: row.text(0), person: row.text(1), name: row.optionalText(2))
        }
    }

    package func set(_ identity: StoredArcadeIdentity) throws(StoreError) {
        try connection.run(
            "INSERT OR REPLACE INTO identities(user, person, name) VALUES (?, ?, ?)", identity.user, identity.person,
            identity.name)
    }

    package func logins() throws(StoreError) -> [StoredArcadeLogin] {
        try connection.all("SELECT hash, person, expires FROM logins") { row in
            StoredArcadeLogin(hash: row.hash(0), person: row.text(1), expires: row.int(2))
        }
    }

    package func insert(_ login: StoredArcadeLogin) throws(StoreError) {
        try connection.run(
            "INSERT OR REPLACE INTO logins(hash, person, expires) VALUES (?, ?, ?)", login.hash, login.person,
            login.expires)
    }

    package func deleteLogin(_ hash: TokenHash) throws(StoreError) {
        try connection.run("DELETE FROM logins WHERE hash = ?", hash)
    }

    package func deleteLogins(expiredAt time: Int64) throws(StoreError) {
        try connection.run("DELETE FROM logins WHERE expires <= ?", time)
    }

    // MARK: Sessions

    package func sessions() throws(StoreError) -> [StoredArcadeSession] {
        let sql: SQL = """
            SELECT id, activity, creator, is_joint, options, seed, created, launch, cards FROM sessions ORDER BY id
            """
        return try connection.all(sql) { row in
            StoredArcadeSession(
                id: row.text(0), activity: row.text(1), creator: row.text(2), isJoint: row.bool(3),
                options: row.blob(4), seed: row.int(5), created: row.int(6), launch: row.blob(7), cards: row.blob(8))
        }
    }

    /// Adds or replaces it.
    package func set(_ session: StoredArcadeSession) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO sessions(
                id, activity, creator, is_joint, options, seed, created, launch, cards)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, session.id, session.activity, session.creator, session.isJoint, session.options, session.seed,
            session.created, session.launch, session.cards)
    }

    /// With its entries.
    package func deleteSession(_ id: String) throws(StoreError) {
        try connection.run("DELETE FROM entries WHERE session = ?", id)
        try connection.run("DELETE FROM sessions WHERE id = ?", id)
    }

    /// In order.
    package func entries(of session: String) throws(StoreError) -> [StoredArcadeEntry] {
        let sql: SQL = "SELECT number, person, text, time FROM entries WHERE session = ? ORDER BY number"
        return try connection.all(sql, session) { row in
            StoredArcadeEntry(number: Int(row.int(0)), person: row.text(1), text: row.text(2), time: row.int(3))
        }
    }

    package func insert(_ entry: StoredArcadeEntry, in session: String) throws(StoreError) {
        try connection.run(
            "INSERT INTO entries(session, number, person, text, time) VALUES (?, ?, ?, ?, ?)", session, entry.number,
            entry.person, entry.text, entry.time)
    }
}

extension SQLiteMigration {
    /// The arcade's first schema.
    static let arcade = SQLiteMigration(
        version: 1,
        script: """
            CREATE TABLE identities(
                user TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                name TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE logins(
                hash BLOB PRIMARY KEY,
                person TEXT NOT NULL,
                expires INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE sessions(
                id TEXT PRIMARY KEY,
                activity TEXT NOT NULL,
                creator TEXT NOT NULL,
                is_joint INTEGER NOT NULL,
                options BLOB NOT NULL,
                seed INTEGER NOT NULL,
                created INTEGER NOT NULL,
                launch BLOB NOT NULL,
                cards BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE entries(
                session TEXT NOT NULL,
                number INTEGER NOT NULL,
                person TEXT NOT NULL,
                text TEXT NOT NULL,
                time INTEGER NOT NULL,
                PRIMARY KEY (session, number)
            ) STRICT, WITHOUT ROWID;
            """)
}
