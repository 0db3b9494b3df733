import Foundation
import MatrixAPI
import Store
import StoreSQLite
import TestSupport
import Testing

@Suite struct SQLiteFailureTests {
    private func databasePath(_ folder: TemporaryFolder) -> URL { URL(fileURLWithPath: folder.path + "/mado.db") }

    /// Whether the error is damage, whatever its detail.
    private func isCorrupt(_ error: any Error) -> Bool {
        guard case StoreError.corrupt = error else { return false }
        return true
    }

    @Test func aFileOfSomethingElseIsDamage() throws {
        let folder = TemporaryFolder()
        let something = Data(repeating: 0x41, count: 10_000)
        try something.write(to: databasePath(folder))
        #expect(performing: { try SQLiteStore(folder: folder.path) }, throws: isCorrupt)
        #expect(try Data(contentsOf: databasePath(folder)) == something)
    }

    @Test func damagedPagesAreNoticedWhenRead() async throws {
        let folder = TemporaryFolder()
        do {
            let store = try SQLiteStore(folder: folder.path)
            let writer = try store.makeWriter()
            for position in 1...100 as ClosedRange<Int64> { try commitMessage(position, by: writer, size: 2000) }
            store.close()
        }
        var file = try Data(contentsOf: databasePath(folder))
        // The schema and the tables' first pages, which come first, are left as they are.
        try #require(file.count > 120 * 4096)
        for page in stride(from: file.count - 20 * 4096, to: file.count, by: 4096) {
            file.replaceSubrange(page..<page + 512, with: Data(repeating: 0xEE, count: 512))
        }
        try file.write(to: databasePath(folder))
        let store = try SQLiteStore(folder: folder.path)
        await #expect {
            try await store.read { try $0.events(after: 0, through: .max, limit: .max).count }
        } throws: {
            isCorrupt($0)
        }
    }

    /// The state after a power failure: the log's end was not written as it should.
    @Test func aTornLogLosesNothingButItsEnd() async throws {
        let folder = TemporaryFolder()
        let copy = TemporaryFolder()
        let store = try SQLiteStore(folder: folder.path)
        let writer = try store.makeWriter()
        for position in 1...20 as ClosedRange<Int64> { try commitMessage(position, by: writer) }
        for name in ["mado.db", "mado.db-wal"] {
            try FileManager.default.copyItem(atPath: "\(folder.path)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        let log = URL(fileURLWithPath: copy.path + "/mado.db-wal")
        var bytes = try Data(contentsOf: log)
        bytes.replaceSubrange(bytes.count - 3000..<bytes.count, with: Data(repeating: 7, count: 3000))
        try bytes.write(to: log)
        let torn = try SQLiteStore(folder: copy.path)
        let held = try await torn.read { try $0.events(after: 0, through: .max, limit: .max).map(\.position) }
        #expect(held == Array(1...19))
        #expect(try await torn.read { try $0.lastPosition() } == 19)
        try commitMessage(20, by: try torn.makeWriter())
    }

    @Test func aFileInTheFoldersPlace() throws {
        let folder = TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        #expect {
            try SQLiteStore(folder: folder.path + "/file")
        } throws: { error in
            guard case StoreError.inputOutput = error else { return false }
            return true
        }
        #expect {
            try SQLiteStore(folder: folder.path + "/no/parent")
        } throws: { error in
            guard case StoreError.inputOutput = error else { return false }
            return true
        }
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "needs the right to mount"))
    func aReadOnlyFolderIsSaidToBeOne() throws {
        let disk = try TemporaryFileSystem(size: 8 << 20)
        do {
            let store = try SQLiteStore(folder: disk.path + "/store")
            try commitMessage(1, by: try store.makeWriter())
            store.close()
        }
        try disk.makeReadOnly()
        for folder in ["/store", "/new"] {
            #expect {
                try SQLiteStore(folder: disk.path + folder)
            } throws: { error in
                guard case StoreError.readOnly(let path) = error else { return false }
                return path.hasPrefix(disk.path + folder)
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
    func aFolderWithoutTheRightToWrite() throws {
        let folder = TemporaryFolder()
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        #expect(throws: StoreError.readOnly(folder.path + "/mado.lock")) { try SQLiteStore(folder: folder.path) }
    }

    /// The largest size stands for the disk's: SQLite finds it at a known place.
    @Test func theLargestSizeIsAFullDisk() async throws {
        let folder = TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.maximumPages = 200
        var acknowledged: Int64 = 0
        do {
            let store = try SQLiteStore(folder: folder.path, configuration: configuration)
            let writer = try store.makeWriter()
            #expect(throws: StoreError.diskFull) {
                while true {
                    try commitMessage(acknowledged + 1, by: writer, size: 2000)
                    acknowledged += 1
                }
            }
            #expect(acknowledged > 50)
            #expect(!writer.isInTransaction)
            // It goes on refusing and reading.
            #expect(throws: StoreError.diskFull) { try commitMessage(acknowledged + 1, by: writer, size: 20_000) }
            let last = acknowledged
            #expect(try await store.read { try $0.eventCount() } == Int(last))
            store.close()
        }
        configuration.maximumPages = 400
        let store = try SQLiteStore(folder: folder.path, configuration: configuration)
        #expect(try await store.read { try $0.lastPosition() } == acknowledged)
        try commitMessage(acknowledged + 1, by: try store.makeWriter(), size: 2000)
        let held = try await store.read { try $0.events(after: 0, through: .max, limit: .max).map(\.position) }
        #expect(held == Array(1...acknowledged + 1))
    }

    /// A proposal that does not fit takes the whole transaction with it or none of the others; never silently some.
    @Test func aFullDiskInTheMiddleOfABatchKeepsNothingOfIt() async throws {
        let folder = TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.maximumPages = 200
        configuration.writerCacheSize = 64
        let store = try SQLiteStore(folder: folder.path, configuration: configuration)
        let writer = try store.makeWriter()
        try commitMessage(1, by: writer)
        try writer.begin()
        #expect(throws: StoreError.diskFull) {
            for position in 2... as PartialRangeFrom<Int64> {
                try writer.savepoint()
                let body = String(repeating: "x", count: 2000)
                try writer.insert(Event(position, content: #"{"body":"\#(body)"}"#), relation: nil)
                try writer.release()
            }
        }
        writer.rollback()
        #expect(!writer.isInTransaction)
        #expect(try await store.read { try $0.eventCount() } == 1)
        try commitMessage(2, by: writer)
        #expect(try await store.read { try $0.eventCount() } == 2)
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "needs the right to mount"))
    func aFullDiskLosesNothingAndWritingGoesOnAfterwards() async throws {
        let disk = try TemporaryFileSystem(size: 4 << 20)
        let store = try SQLiteStore(folder: disk.path + "/store")
        let writer = try store.makeWriter()
        var acknowledged: Int64 = 0
        for _ in 0..<20 {
            acknowledged += 1
            try commitMessage(acknowledged, by: writer, size: 2000)
        }
        for _ in 0..<3 {
            try disk.fill()
            #expect(throws: StoreError.diskFull) {
                // The log may have some room left in its last page of the file system.
                while true {
                    try commitMessage(acknowledged + 1, by: writer, size: 20_000)
                    acknowledged += 1
                }
            }
            let last = acknowledged
            #expect(try await store.read { try $0.eventCount() } == Int(last))
            #expect(try await store.read { try $0.lastPosition() } == last)
            disk.makeSpace()
            acknowledged += 1
            try commitMessage(acknowledged, by: writer, size: 2000)
        }
        let last = acknowledged
        let held = try await store.read { try $0.events(after: 0, through: .max, limit: .max).map(\.position) }
        #expect(held == Array(1...last))
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "needs the right to mount"))
    func aDiskTooSmallForANewStoreSaysSo() throws {
        let disk = try TemporaryFileSystem(size: 16 << 10)
        #expect(throws: StoreError.diskFull) { try SQLiteStore(folder: disk.path + "/store") }
    }
}
