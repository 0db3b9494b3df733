package import Store

/// A look at the store of a folder that changes nothing in it, for the administrator.
package struct SQLiteInspection: Sendable, Equatable {
    /// The schema's version.
    package let version: Int
    /// The newest version that this program knows; an older store is migrated when a server opens it.
    package let supported: Int

    /// Reads the whole database and checks that its pages hold together, which takes as long as that takes.
    ///
    /// Throws ``StoreError/locked(_:)`` when a server has the store open, ``StoreError/corrupt(_:)`` when it is damaged
    /// or another program's, ``StoreError/databaseIsNewer(found:supported:)``, ``StoreError/inputOutput(_:)``.
    package init(folder: String) throws(StoreError) {
        let lock = try StoreLock(folder: folder)
        let connection = try SQLiteConnection(
            path: folder + "/mado.db", access: .read, lock: lock, configuration: SQLiteConfiguration())
        let migrator = SQLiteMigrator()
        try migrator.check(connection)
        // One row "ok", or one for each fault.
        let faults = try connection.all("PRAGMA quick_check(3)") { $0.text(0) }
        guard faults == ["ok"] else { throw .corrupt(faults.joined(separator: "; ")) }
        version = try connection.first("PRAGMA user_version") { Int($0.int(0)) } ?? 0
        supported = migrator.migrations.last?.version ?? 0
    }
}
