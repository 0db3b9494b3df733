import MatrixAPI
import Store
import Testing

/// What every engine says of a room's state.
@Suite struct StateContractTests {
    /// Members join, one changes, the name changes; messages and another room in between.
    private func filled(_ engine: StoreEngine) throws -> StoreFixture {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            let events = [
                Event(1, "m.room.create", key: ""),
                Event(2, "m.room.member", key: "@ana:test"),
                Event(3, "m.room.name", key: ""),
                Event(4),
                Event(5, in: .two, "m.room.name", key: ""),
                Event(6, "m.room.member", key: "@ben:test", sender: .ben),
                Event(7, "m.room.name", key: "", replaces: 3),
                Event(8),
                Event(9, "m.room.member", key: "@ben:test", sender: .ben, replaces: 6),
                Event(10, "m.room.name", key: "", replaces: 7),
            ]
            for event in events { try writer.insert(event, relation: nil) }
        }
        return fixture
    }

    @Test(arguments: StoreEngine.all)
    func theStateIsTheNewestOfEachKind(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try await fixture.read { (reader) throws in
            #expect(positions(try reader.currentState(of: .one)) == [1, 2, 9, 10])
            #expect(positions(try reader.currentState(of: .two)) == [5])
            #expect(positions(try reader.currentState(of: .one, type: "m.room.member")) == [2, 9])
            #expect(try reader.stateEvent(in: .one, StateKey("m.room.name"))?.position == 10)
            #expect(try reader.stateEvent(in: .one, StateKey("m.room.name", "x")) == nil)
            #expect(try reader.stateEvent(in: .one, StateKey("m.room.message")) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func theStateAtAPositionKnowsNothingLater(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try await fixture.read { (reader) throws in
            #expect(try reader.state(of: .one, at: 0).isEmpty)
            #expect(positions(try reader.state(of: .one, at: 6)) == [1, 2, 6, 3])
            #expect(positions(try reader.state(of: .one, at: 8)) == [1, 2, 6, 7])
            #expect(positions(try reader.state(of: .one, at: 9)) == [1, 2, 9, 7])
            #expect(positions(try reader.state(of: .one, type: "m.room.member", at: 8)) == [2, 6])
            #expect(try reader.stateEvent(in: .one, StateKey("m.room.name"), at: 9)?.position == 7)
            #expect(try reader.stateEvent(in: .one, StateKey("m.room.name"), at: 2) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func changesBetweenPositionsShowEachKeyOnce(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try await fixture.read { (reader) throws in
            #expect(positions(try reader.stateChanges(in: .one, after: 2, through: 9)) == [7, 9])
            #expect(positions(try reader.stateChanges(in: .one, after: 3, through: 6)) == [6])
            #expect(positions(try reader.stateChanges(in: .one, after: 0, through: .max)) == [1, 2, 9, 10])
            #expect(try reader.stateChanges(in: .one, after: 10, through: .max).isEmpty)
        }
    }
}
