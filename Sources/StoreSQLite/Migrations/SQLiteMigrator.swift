import Store

/// Brings a database to the newest schema: each migration in one transaction with the version that it leads to, so
/// that an interruption leaves the version before.
struct SQLiteMigrator: Sendable {
    /// "Mado", in the file's header, tells our databases from other programs'.
    static let applicationID = 0x4D61_646F

    let migrations: [SQLiteMigration]

    init(migrations: [SQLiteMigration] = SQLiteMigration.all) { self.migrations = migrations }

    /// Whether the database is one that `migrate` can work on, without touching it.
    ///
    /// Throws ``StoreError/databaseIsNewer(found:supported:)``, and ``StoreError/corrupt(_:)`` when the file is
    /// another program's.
    func check(_ connection: SQLiteConnection) throws(StoreError) {
        let found = try pragma("PRAGMA user_version", connection)
        let owner = try pragma("PRAGMA application_id", connection)
        let supported = migrations.last?.version ?? 0
        guard owner == Self.applicationID || (owner == 0 && found == 0) else {
            throw .corrupt("the database of another program, application_id \(owner)")
        }
        guard found <= supported else { throw .databaseIsNewer(found: found, supported: supported) }
        if owner == 0 {
            let tables = try pragma("SELECT count(*) FROM sqlite_schema", connection)
            guard tables == 0 else { throw .corrupt("the database of another program") }
        }
    }

    /// Applies what is missing.
    func migrate(_ connection: SQLiteConnection) throws(StoreError) {
        let found = try pragma("PRAGMA user_version", connection)
        for migration in migrations where migration.version > found { try apply(migration, to: connection) }
    }

    private func apply(_ migration: SQLiteMigration, to connection: SQLiteConnection) throws(StoreError) {
        try connection.runScript("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try connection.runScript(migration.script)
            try connection.runScript("PRAGMA application_id = \(Self.applicationID)")
            try connection.runScript("PRAGMA user_version = \(migration.version)")
            try connection.runScript("COMMIT")
        } catch {
            if connection.isInTransaction { try? connection.runScript("ROLLBACK") }
            throw error
        }
    }

    private func pragma(_ sql: SQL, _ connection: SQLiteConnection) throws(StoreError) -> Int {
        try connection.first(sql) { Int($0.int(0)) } ?? 0
    }
}
