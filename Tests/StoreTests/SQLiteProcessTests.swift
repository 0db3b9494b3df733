import Foundation
import MatrixAPI
import Store
import StoreSQLite
import Synchronization
import TestSupport
import Testing

/// What holds between processes: the lock, and what a killed one leaves.
@Suite struct SQLiteProcessTests {
    @Test func aSecondStoreOfOneFolderIsLockedOut() throws {
        let folder = TemporaryFolder()
        let store = try SQLiteStore(folder: folder.path)
        #expect(throws: StoreError.locked(folder.path)) { try SQLiteStore(folder: folder.path) }
        store.close()
    }

    @Test func aSecondProcessIsLockedOut() async throws {
        let folder = TemporaryFolder()
        let store = try SQLiteStore(folder: folder.path)
        let path = folder.path
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            do {
                _ = try SQLiteStore(folder: path)
            } catch StoreError.locked(path) {
                exit(7)
            }
        }
        // And did no harm.
        let writer = try store.makeWriter()
        try writer.begin()
        try writer.insertRoom(StoredRoom(.one))
        try writer.commit()
        #expect(try await store.read { try $0.roomCount() } == 1)
    }

    /// A process writes batches, notes each one that was acknowledged, and is killed from another thread at a moment
    /// that differs each time; the next one goes on from what it finds.
    @Test func aKilledProcessLeavesEveryAcknowledgedBatch() async throws {
        let folder = TemporaryFolder()
        let path = folder.path
        let batch: Int64 = 5
        var known: Int64 = 0
        for round in 0..<24 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, batch = batch as Int64, round = round as Int] in
                try writeUntilKilled(folder: path, batch: batch, round: round)
            }
            let note = try Data(contentsOf: URL(fileURLWithPath: path + "/acknowledged"))
            let acknowledged = note.suffix(8).reduce(0 as Int64) { $0 << 8 | Int64($1) }
            #expect(acknowledged > known, "the process got nowhere in round \(round)")

            let store = try SQLiteStore(folder: path)
            let (last, held) = try await store.read {
                (try $0.lastPosition(), try $0.events(after: 0, through: .max, limit: .max).map(\.position))
            }
            store.close()
            #expect(last >= acknowledged)
            // Whole batches, without a gap.
            #expect(last.isMultiple(of: batch))
            #expect(held == Array(1...last))
            known = last
        }
    }

    /// A writer that never pauses waits for the log to be emptied; a reader that holds on to it only for a while.
    @Test func theLogStaysShort() async throws {
        let folder = TemporaryFolder()
        var configuration = SQLiteConfiguration()
        configuration.checkpointPages = 20
        configuration.maximumLogPages = 60
        let store = try SQLiteStore(folder: folder.path, configuration: configuration)
        let writer = try store.makeWriter()
        var position: Int64 = 0
        func write(_ count: Int) throws {
            for _ in 0..<count {
                position += 1
                try commitMessage(position, by: writer, size: 3_000)
            }
        }
        func logPages() throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/mado.db-wal")
            return (try #require(attributes[.size] as? Int)) / 4_096
        }
        // The bound; half of it before the writer waits; a quarter that a try which failed adds; and one transaction.
        let longest = 60 + 30 + 15 + 15
        try write(300)
        #expect(try logPages() < longest)

        let gate = Gate()
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        async let seen = store.read { (reader) throws in
            let before = try reader.eventCount()
            beginning.finish()
            gate.wait()
            return [before, try reader.eventCount()]
        }
        for await _ in begun {}
        try write(50)
        #expect(try logPages() > longest, "what the reader needs stays")
        gate.open()
        #expect(try await seen == [300, 300])
        try write(100)
        #expect(try logPages() < longest)
        #expect(try await store.read { try $0.eventCount() } == 450)
        store.close()
    }
}

/// Never returns.
private func writeUntilKilled(folder: String, batch: Int64, round: Int) throws {
    var configuration = SQLiteConfiguration()
    // Checkpoints take place meanwhile.
    configuration.checkpointPages = 20
    configuration.maximumLogPages = 60
    let store = try SQLiteStore(folder: folder, configuration: configuration)
    let writer = try store.makeWriter()
    let note = open(folder + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let commits = Shared()
    Thread.detachNewThread {
        while commits.count.load(ordering: .acquiring) < 3 + round { sched_yield() }
        // Some way into one of the next commits.
        for _ in 0..<(round * 2000) { _ = commits.count.load(ordering: .acquiring) }
        kill(getpid(), SIGKILL)
    }
    var position = try writer.lastPosition()
    while true {
        try writer.begin()
        if position == 0 { try writer.insertRoom(StoredRoom(.one)) }
        for _ in 0..<batch {
            position += 1
            try writer.insert(Event(position, content: #"{"body":"hello"}"#), relation: nil)
        }
        try writer.setLastPosition(position)
        try writer.commit()
        withUnsafeBytes(of: position.bigEndian) { _ = write(note, $0.baseAddress, 8) }
        commits.count.add(1, ordering: .releasing)
    }
}

private final class Shared: Sendable {
    let count = Atomic<Int>(0)
}
