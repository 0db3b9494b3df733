import MatrixAPI
import Store
import Testing

/// What every engine says of relations between events.
@Suite struct RelationContractTests {
    private func filled(_ engine: StoreEngine) throws -> StoreFixture {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            let thread = { (root: Int64) in EventRelation(eventID: EventID(root), relationType: "m.thread") }
            try writer.insert(Event(1), relation: nil)
            try writer.insert(Event(2), relation: nil)
            try writer.insert(Event(3), relation: thread(1))
            try writer.insert(Event(4), relation: thread(2))
            try writer.insert(
                Event(5, "m.reaction"), relation: EventRelation(eventID: EventID(1), relationType: "m.annotation"))
            try writer.insert(Event(6), relation: thread(1))
            try writer.insert(Event(7, in: .two), relation: thread(1))
        }
        return fixture
    }

    @Test(arguments: StoreEngine.all)
    func relationsAreFilteredAndPaged(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try await fixture.read { (reader) throws in
            let related = { (type: String?, eventType: String?, after: Int64, order: TimelineOrder, limit: Int) in
                positions(
                    try reader.relations(
                        to: EventID(1), in: .one, relationType: type, eventType: eventType, after: after,
                        through: .max, order: order, limit: limit))
            }
            #expect(try related(nil, nil, 0, .forward, 9) == [3, 5, 6])
            #expect(try related(nil, nil, 0, .backward, 2) == [6, 5])
            #expect(try related(nil, nil, 3, .forward, 9) == [5, 6])
            #expect(try related("m.thread", nil, 0, .forward, 9) == [3, 6])
            #expect(try related(nil, "m.reaction", 0, .forward, 9) == [5])
            #expect(try related("m.thread", "m.reaction", 0, .forward, 9) == [])
            #expect(try reader.relationCount(to: EventID(1), in: .one, relationType: "m.thread") == 2)
            #expect(try reader.relationCounts(to: EventID(1), in: .one) == ["m.thread": 2])
            #expect(try reader.relationCounts(to: EventID(3), in: .one) == [:])
            #expect(try reader.hasRelation(to: EventID(1), in: .one, relationType: "m.thread", by: .ana))
            #expect(try !reader.hasRelation(to: EventID(1), in: .one, relationType: "m.thread", by: .ben))
            #expect(try reader.relationCount(to: EventID(2), in: .one, relationType: "m.annotation") == 0)
        }
    }

    /// Two texts of different bytes that Swift takes for one.
    @Test(arguments: StoreEngine.all)
    func kindsOfRelationThatMembersMadeUpAreNotCounted(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try fixture.write { (writer) throws in
            for (position, type) in [(8, "caf\u{e9}"), (9, "cafe\u{301}"), (10, "m.reference")] as [(Int64, String)] {
                try writer.insert(
                    Event(position), relation: EventRelation(eventID: EventID(1), relationType: type))
            }
        }
        try await fixture.read { (reader) throws in
            let counts = try reader.relationCounts(to: EventID(1), in: .one)
            #expect(counts == ["m.thread": 2, "m.reference": 1])
        }
    }

    @Test(arguments: StoreEngine.all)
    func threadsComeLatestFirst(engine: StoreEngine) async throws {
        let fixture = try filled(engine)
        try await fixture.read { (reader) throws in
            let threads = try reader.threads(in: .one, through: .max, limit: 9)
            #expect(threads.map(\.root) == [EventID(1), EventID(2)])
            #expect(threads.map(\.latestPosition) == [6, 4])
            #expect(threads.map(\.count) == [2, 1])
            #expect(try reader.threads(in: .one, through: 5, limit: 9).map(\.root) == [EventID(2)])
            #expect(try reader.threads(in: .one, through: .max, limit: 1).map(\.root) == [EventID(1)])
            #expect(try reader.threads(in: .two, through: .max, limit: 9).map(\.latestPosition) == [7])
        }
    }
}
