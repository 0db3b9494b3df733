import MatrixAPI
import Store
import TestSupport
import Testing

/// What every engine promises of transactions, savepoints, snapshots and the one writer.
@Suite struct TransactionContractTests {
    @Test(arguments: StoreEngine.all)
    func savepointsUndoOneProposalAndKeepTheOthers(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            for position in 1...4 as ClosedRange<Int64> {
                try writer.savepoint()
                try writer.insert(Event(position), relation: nil)
                // Savepoints nest.
                try writer.savepoint()
                try writer.insert(Event(position + 10), relation: nil)
                try writer.rollbackToSavepoint()
                if position.isMultiple(of: 2) { try writer.rollbackToSavepoint() } else { try writer.release() }
            }
            try writer.setLastPosition(4)
        }
        #expect(try await fixture.read { positions(try $0.events(after: 0, through: .max, limit: 99)) } == [1, 3])
        #expect(try await fixture.read { try $0.lastPosition() } == 4)
    }

    @Test(arguments: StoreEngine.all)
    func whatIsRolledBackWasNever(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        #expect(try await fixture.read { try $0.lastPosition() } == 0)
        try fixture.writer.begin()
        #expect(fixture.writer.isInTransaction)
        try fixture.writer.insertRoom(StoredRoom(.one))
        try fixture.writer.setLastPosition(9)
        fixture.writer.rollback()
        #expect(!fixture.writer.isInTransaction)
        fixture.writer.rollback()
        #expect(try await fixture.read { try $0.room(.one) } == nil)
        #expect(try await fixture.read { try $0.lastPosition() } == 0)
    }

    @Test(arguments: StoreEngine.all)
    func aReadSeesOneSnapshotAndOnlyWhatWasCommitted(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { try $0.insertRoom(StoredRoom(.one)) }
        try fixture.writer.begin()
        try fixture.writer.insert(Event(1), relation: nil)
        #expect(try fixture.writer.eventCount() == 1)
        #expect(try await fixture.read { try $0.eventCount() } == 0)

        // A reader that has begun is held while a commit takes place.
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let committed = Gate()
        let store = fixture.store
        async let counts = store.read { (reader) throws in
            let before = try reader.eventCount()
            beginning.finish()
            committed.wait()
            return [before, try reader.eventCount()]
        }
        for await _ in begun {}
        try fixture.writer.commit()
        committed.open()
        #expect(try await counts == [0, 0])
        #expect(try await fixture.read { try $0.eventCount() } == 1)
    }

    @Test(arguments: StoreEngine.all)
    func thereIsOneWriter(engine: StoreEngine) throws {
        let folder = TemporaryFolder()
        let store = try engine.open(folder.path)
        var writer: (any StoreWriter)? = try store.makeWriter()
        #expect(throws: StoreError.writerTaken) { _ = try store.makeWriter() }
        try writer?.begin()
        try writer?.insertRoom(StoredRoom(.one))
        // What an abandoned writer had not committed is undone.
        writer = nil
        let second = try store.makeWriter()
        try second.begin()
        try second.insertRoom(StoredRoom(.one))
        try second.commit()
        #expect(try second.roomCount() == 1)
    }

    @Test(arguments: StoreEngine.all)
    func aClosedStoreSaysSo(engine: StoreEngine) async throws {
        let folder = TemporaryFolder()
        let store = try engine.open(folder.path)
        let writer = try store.makeWriter()
        store.close()
        store.close()
        await #expect(throws: StoreError.closed) { try await store.read { try $0.roomCount() } }
        #expect(throws: StoreError.closed) { try writer.begin() }
        #expect(throws: StoreError.closed) { _ = try store.makeWriter() }
    }

    @Test(arguments: StoreEngine.all)
    func everythingIsThereAfterReopening(engine: StoreEngine) async throws {
        let folder = TemporaryFolder()
        do {
            let store = try engine.open(folder.path)
            let writer = try store.makeWriter()
            try writer.begin()
            try writer.insertRoom(StoredRoom(.one))
            try writer.insert(Event(5, content: #"{"body":"hello"}"#), relation: nil)
            try writer.setLastPosition(5)
            try writer.commit()
            store.close()
        }
        let store = try engine.open(folder.path)
        #expect(try await store.read { try $0.lastPosition() } == 5)
        #expect(try await store.read { try $0.event(at: 5) }?.json == Event(5, content: #"{"body":"hello"}"#).json)
    }

    @Test(arguments: StoreEngine.all)
    func manyReadersAtOnce(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { try $0.insertRoom(StoredRoom(.one)) }
        let store = fixture.store
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<64 { group.addTask { try await store.read { try $0.roomCount() } } }
            for position in 1...16 as ClosedRange<Int64> {
                try fixture.write { try $0.insert(Event(position), relation: nil) }
            }
            for try await count in group { #expect(count == 1) }
        }
        #expect(try await fixture.read { try $0.eventCount() } == 16)
    }

    @Test(arguments: StoreEngine.all)
    func anErrorOfTheReaderIsTheCallers(engine: StoreEngine) async throws {
        struct Mine: Error {}
        let fixture = try StoreFixture(engine)
        await #expect(throws: Mine.self) { try await fixture.store.read { _ in throw Mine() } }
        #expect(try await fixture.read { try $0.roomCount() } == 0)
    }
}
