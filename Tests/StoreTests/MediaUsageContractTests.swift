import MatrixAPI
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// How much is kept, and what events name.
@Suite struct MediaUsageContractTests {
    private func content(_ number: UInt8, size: Int64) -> StoredMedia.Content {
        StoredMedia.Content(
            digest: ContentDigest([UInt8](repeating: number, count: 32)), size: size, type: "a/b", fileName: nil)
    }

    private func media(_ id: String, by user: UserID, _ content: StoredMedia.Content?) -> StoredMedia {
        StoredMedia(id: MediaID(unchecked: id), uploader: user, created: 1, expires: 9, content: content)
    }

    @Test(arguments: StoreEngine.all)
    func whatIsKeptIsCounted(engine: StoreEngine) throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertMedia(media("a", by: .ana, content(1, size: 10)))
            try writer.insertMedia(media("b", by: .ben, content(1, size: 10)))
            try writer.insertMedia(media("c", by: .ana, nil))
            #expect(try writer.mediaUsage() == MediaUsage(files: 1, bytes: 10))
            try writer.setMediaContent(content(2, size: 5), of: MediaID(unchecked: "c"))
            #expect(try writer.mediaUsage(of: .ana) == MediaUsage(files: 2, bytes: 15))
            #expect(try writer.mediaUsage() == MediaUsage(files: 2, bytes: 15))
            try writer.deleteMedia(MediaID(unchecked: "a"))
            #expect(try writer.mediaUsage() == MediaUsage(files: 2, bytes: 15))
            try writer.deleteMedia(MediaID(unchecked: "b"))
            #expect(try writer.mediaUsage() == MediaUsage(files: 1, bytes: 5))
            #expect(try writer.mediaUsages(after: nil, limit: 9).map(\.user) == [.ana])
        }
    }

    @Test func eventsOfBeforeAreSearched() async throws {
        let folder = TemporaryFolder()
        let before = Array(SQLiteMigration.all.prefix { $0.version < 6 })
        func open(_ migrations: [SQLiteMigration]) throws -> SQLiteStore {
            try SQLiteStore(
                folder: folder.path, configuration: SQLiteConfiguration(),
                migrator: SQLiteMigrator(migrations: migrations))
        }
        do {
            let lock = try StoreLock(folder: folder.path)
            let connection = try SQLiteConnection(
                path: folder.path + "/mado.db", access: .write, lock: lock, configuration: SQLiteConfiguration())
            try SQLiteMigrator(migrations: before).migrate(connection)
            try connection.runScript(
                """
                INSERT INTO rooms(number, room_id, version, creator, created, is_public) VALUES (1, '!a:b', '10', '@a:b', 1, 0);
                INSERT INTO media VALUES
                    ('aaaaaaaaaaaaaaaaaaaaaaaa', '@ana:test', 1, 0, x'01', 3, 'a/b', NULL),
                    ('bbbbbbbbbbbbbbbbbbbbbbbb', '@ana:test', 1, 0, x'02', 3, 'a/b', NULL),
                    ('cccccccccccccccccccccccc', '@ana:test', 1, 0, x'02', 3, 'a/b', NULL),
                    ('dddddddddddddddddddddddd', '@ana:test', 1, 0, x'04', 3, 'a/b', NULL);
                INSERT INTO events(position, room, event_id, type, sender, timestamp, content_start, content_end, json, replaces)
                VALUES
                    (1, 1, '$1', 'm', '@a:b', 1, 0, 1, CAST('{"a":"mxc://x.y/aaaaaaaaaaaaaaaaaaaaaaaa","b":"mxc://x.y/bbbbbbbbbbbbbbbbbbbbbbbb"}' AS BLOB), NULL),
                    (2, 1, '$2', 's', '@a:b', 1, 0, 1, CAST('{"a":"mxc://x.y/dddddddddddddddddddddddd"}' AS BLOB), NULL),
                    (3, 1, '$3', 's', '@a:b', 1, 0, 1, CAST('{}' AS BLOB), 2);
                """)
        }
        let store = try open(SQLiteMigration.all)
        defer { store.close() }
        try await store.read { (reader) throws in
            let left = try reader.mediaWithoutEvents(createdBefore: 2, after: nil, limit: 9).map { $0.id.string.first }
            #expect(left == ["c", "d"])
            #expect(try reader.mediaUsage(of: .ana) == MediaUsage(files: 4, bytes: 12))
            #expect(try reader.mediaUsage() == MediaUsage(files: 3, bytes: 9))
        }
    }
}
