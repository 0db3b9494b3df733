import Foundation
import MatrixAPI
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// An index that is not the store's is made anew.
@Suite struct SQLiteSearchIndexTests {
    private static let needle = TextSearch(words: SearchWord.words(in: "needle"), keys: [.body], rooms: [.one])

    private func open(_ folder: String) throws -> SQLiteStore { try SQLiteStore(folder: folder) }

    /// A store with messages, the words of which are in its index.
    private func fill(_ folder: String, _ positions: ClosedRange<Int64>) async throws {
        let store = try open(folder)
        do {
            let writer = try store.makeWriter()
            for position in positions { try commitMessage(position, by: writer) }
        }
        let texts = positions.map { SearchableText(position: $0, key: .body, text: "needle") }
        try await store.index(texts, removing: [], through: positions.upperBound)
        store.close()
    }

    /// How far the index is, and what is found in it.
    private func look(_ folder: String) async throws -> (position: Int64, found: [Int64]) {
        let store = try open(folder)
        defer { store.close() }
        return try await store.read {
            (try $0.indexedPosition(), try $0.search(Self.needle, through: .max, limit: 99))
        }
    }

    private func copyStore(from: String, to: String) throws {
        for name in ["mado.db", "mado.db-wal"] where FileManager.default.fileExists(atPath: from + "/" + name) {
            try? FileManager.default.removeItem(atPath: to + "/" + name)
            try FileManager.default.copyItem(atPath: from + "/" + name, toPath: to + "/" + name)
        }
    }

    @Test func aMissingOrDamagedFileIsMadeAnew() async throws {
        let folder = TemporaryFolder()
        let index = URL(fileURLWithPath: folder.path + "/search.db")
        try await fill(folder.path, 1...3)
        #expect(try await look(folder.path) == (3, [3, 2, 1]))
        try FileManager.default.removeItem(at: index)
        #expect(try await look(folder.path) == (0, []))
        #expect(try FileManager.default.attributesOfItem(atPath: index.path)[.posixPermissions] as? Int == 0o600)
        for damage in [Data("no database at all".utf8), Data(repeating: 0, count: 8_192), Data()] {
            try damage.write(to: index)
            #expect(try await look(folder.path) == (0, []))
        }
    }

    @Test func anIndexOfAnotherVersionIsMadeAnew() async throws {
        let folder = TemporaryFolder()
        try await fill(folder.path, 1...3)
        do {
            let lock = try StoreLock(folder: folder.path)
            let connection = try SQLiteConnection(
                path: folder.path + "/search.db", access: .write, lock: lock, configuration: SQLiteConfiguration())
            try connection.runScript("PRAGMA user_version = 99")
        }
        #expect(try await look(folder.path) == (0, []))
    }

    @Test func aStoreThatWasPutBackHasNoWordsOfItsFuture() async throws {
        let (folder, backup) = (TemporaryFolder(), TemporaryFolder())
        try await fill(folder.path, 1...3)
        try copyStore(from: folder.path, to: backup.path)
        try await fill(folder.path, 4...6)
        #expect(try await look(folder.path) == (6, [6, 5, 4, 3, 2, 1]))
        try copyStore(from: backup.path, to: folder.path)
        #expect(try await look(folder.path) == (0, []))
    }

    @Test func anotherStoresIndexIsNotUsed() async throws {
        let (folder, other) = (TemporaryFolder(), TemporaryFolder())
        try await fill(folder.path, 1...3)
        let store = try open(other.path)
        do {
            let writer = try store.makeWriter()
            try writer.begin()
            try writer.insertRoom(StoredRoom(.two))
            try writer.insert(Event(9, in: .two), relation: nil)
            try writer.setLastPosition(9)
            try writer.commit()
        }
        store.close()
        try copyStore(from: other.path, to: folder.path)
        #expect(try await look(folder.path) == (0, []))
    }
}
