import Foundation
import MatrixAPI
import Store
import TestSupport
import Testing

@testable import StoreSQLite

@Suite struct SQLiteMigrationTests {
    /// A migration that could come after the last one: a new table filled from an old one, and a column.
    private let next = SQLiteMigration(
        version: SQLiteMigration.all.count + 1,
        script: """
            CREATE TABLE room_names(room INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
            INSERT INTO room_names SELECT number, 'room ' || room_id FROM rooms;
            ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT 'none';
            """)

    private func open(_ folder: TemporaryFolder, _ migrations: [SQLiteMigration] = SQLiteMigration.all) throws
        -> SQLiteStore
    {
        try SQLiteStore(
            folder: folder.path, configuration: SQLiteConfiguration(), migrator: SQLiteMigrator(migrations: migrations))
    }

    /// Looks into the file past the store.
    private func number(_ sql: SQL, in folder: TemporaryFolder) throws -> Int64? {
        let lock = try StoreLock(folder: folder.path)
        let connection = try SQLiteConnection(
            path: folder.path + "/mado.db", access: .write, lock: lock, configuration: SQLiteConfiguration())
        return try connection.first(sql) { $0.int(0) }
    }

    private func run(_ script: SQL, in folder: TemporaryFolder) throws {
        let lock = try StoreLock(folder: folder.path)
        let connection = try SQLiteConnection(
            path: folder.path + "/mado.db", access: .write, lock: lock, configuration: SQLiteConfiguration())
        try connection.runScript(script)
    }

    private func fill(_ store: SQLiteStore) throws {
        let writer = try store.makeWriter()
        try writer.begin()
        try writer.insertRoom(StoredRoom(.one))
        try writer.insert(Event(1), relation: nil)
        try writer.commit()
    }

    @Test func versionsCountUpFromOne() {
        #expect(SQLiteMigration.all.map(\.version) == Array(1...SQLiteMigration.all.count))
    }

    /// FNV-1a of each script. A migration that databases have taken never changes: add another one.
    @Test func migrationsAreAsTheyWereReleased() {
        let hashes = SQLiteMigration.all.map { migration in
            migration.script.text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
        #expect(
            hashes == [
                12_681_746_897_578_062_371, 8_403_755_668_621_109_912, 16_636_606_851_451_152_030,
                966_848_490_350_284_431, 185_514_898_975_525_980, 2_189_354_895_375_530_202,
                7_066_209_422_544_036_166,
                10_121_971_876_375_705_485, 17_354_697_053_849_801_980,
                3_364_710_143_202_231_194,
                15_447_345_110_007_094_331,
                2_737_085_639_721_984_995, 16_152_301_325_286_322_463,
                7_398_024_071_770_206_362, 7_165_134_664_821_208_160,
                13_682_279_238_891_407_080, 5_907_344_969_329_720_526, 2_184_553_090_720_926_834,
                15_881_432_483_922_680_979,
            ])
    }

    @Test func anEmptyFolderGetsTheNewestSchema() throws {
        let folder = TemporaryFolder()
        try open(folder).close()
        #expect(try number("PRAGMA user_version", in: folder) == Int64(SQLiteMigration.all.count))
        #expect(try number("PRAGMA application_id", in: folder) == 0x4D61_646F)
    }

    @Test func anEmptyFileGetsTheNewestSchema() throws {
        let folder = TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path + "/mado.db"))
        try open(folder).close()
        #expect(try number("PRAGMA user_version", in: folder) == Int64(SQLiteMigration.all.count))
    }

    @Test func anOlderDatabaseIsUpgradedWithWhatItHolds() async throws {
        let folder = TemporaryFolder()
        do {
            let store = try open(folder)
            try fill(store)
            store.close()
        }
        do {
            let store = try open(folder, SQLiteMigration.all + [next])
            #expect(try await store.read { try $0.event(at: 1) }?.json == Event(1).json)
            store.close()
        }
        #expect(try number("SELECT count(*) FROM room_names WHERE name = 'room !one:test'", in: folder) == 1)
        #expect(try number("SELECT count(*) FROM rooms WHERE topic = 'none'", in: folder) == 1)
        #expect(try number("PRAGMA user_version", in: folder) == Int64(next.version))
        // Once is enough.
        try open(folder, SQLiteMigration.all + [next]).close()
    }

    @Test func aMigrationThatFailsHalfWayLeavesTheVersionBefore() async throws {
        let folder = TemporaryFolder()
        do {
            let store = try open(folder)
            try fill(store)
            store.close()
        }
        let broken = SQLiteMigration(
            version: next.version, script: "\(next.script) DELETE FROM events; INSERT INTO no_such_table VALUES (1);")
        #expect(throws: StoreError.self) { try open(folder, SQLiteMigration.all + [broken]) }
        #expect(try number("PRAGMA user_version", in: folder) == Int64(SQLiteMigration.all.count))
        #expect(try number("SELECT count(*) FROM sqlite_schema WHERE name = 'room_names'", in: folder) == 0)
        do {
            let store = try open(folder)
            #expect(try await store.read { try $0.event(at: 1) }?.json == Event(1).json)
            store.close()
        }
        try open(folder, SQLiteMigration.all + [next]).close()
        #expect(try number("SELECT count(*) FROM room_names", in: folder) == 1)
    }

    @Test func aMigrationWhoseProcessIsKilledLeavesTheVersionBefore() async throws {
        let folder = TemporaryFolder()
        do {
            let store = try open(folder)
            try fill(store)
            store.close()
        }
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            // More than the cache holds, so that part of the transaction is in the log when the process dies.
            let lock = try StoreLock(folder: path)
            var configuration = SQLiteConfiguration()
            configuration.writerCacheSize = 64
            let connection = try SQLiteConnection(
                path: path + "/mado.db", access: .write, lock: lock, configuration: configuration)
            try connection.runScript(
                """
                BEGIN IMMEDIATE;
                CREATE TABLE half(a BLOB) STRICT;
                INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                    SELECT zeroblob(3000) FROM n;
                PRAGMA user_version = 99;
                """)
            kill(getpid(), SIGKILL)
        }
        let log = try FileManager.default.attributesOfItem(atPath: path + "/mado.db-wal")[.size] as? Int
        #expect(try #require(log) > 500_000)
        let store = try open(folder)
        #expect(try await store.read { try $0.event(at: 1) }?.json == Event(1).json)
        store.close()
        #expect(try number("PRAGMA user_version", in: folder) == Int64(SQLiteMigration.all.count))
        #expect(try number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", in: folder) == 0)
    }

    @Test func aNewerDatabaseIsRefusedUntouched() throws {
        let folder = TemporaryFolder()
        try open(folder).close()
        try run("PRAGMA user_version = 99", in: folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/mado.db"))
        let supported = SQLiteMigration.all.count
        #expect(throws: StoreError.databaseIsNewer(found: 99, supported: supported)) { try open(folder) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/mado.db")) == before)
    }

    @Test(arguments: ["CREATE TABLE theirs(a)", "PRAGMA application_id = 7"] as [SQL])
    func anotherProgramsDatabaseIsRefusedUntouched(script: SQL) throws {
        let folder = TemporaryFolder()
        try run(script, in: folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/mado.db"))
        #expect {
            try open(folder)
        } throws: { error in
            guard case StoreError.corrupt = error else { return false }
            return true
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/mado.db")) == before)
    }
}
