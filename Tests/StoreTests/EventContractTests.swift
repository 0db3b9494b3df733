import MatrixAPI
import Store
import Testing

/// What every engine does with events.
@Suite struct EventContractTests {
    @Test(arguments: StoreEngine.all)
    func everyPartOfAnEventComesBack(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let first = Event(1, "m.room.topic", key: "", content: #"{"topic":"a"}"#)
        let transaction = EventTransaction(device: .phone, identifier: "t\u{0}1")
        let second = Event(
            2, "m.room.topic", key: "", sender: .ben, content: #"{"topic":"é \ud83d\ude00"}"#, replaces: 1,
            transaction: transaction)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insert(first, relation: nil)
            try writer.insert(second, relation: nil)
        }
        let found = try #require(try await fixture.read { try $0.event(EventID(2)) })
        #expect(found.position == 2)
        #expect(found.roomID == .one)
        #expect(found.eventID == second.eventID)
        #expect(found.type == "m.room.topic")
        #expect(found.stateKey == "")
        #expect(found.sender == .ben)
        #expect(found.timestamp == 20)
        #expect(found.json == second.json)
        #expect(Array(found.contentBytes) == Array(second.contentBytes))
        #expect(found.transaction == transaction)
        #expect(found.replaces == 1)
        #expect(found.previousContent == Array(first.contentBytes))
        #expect(found.redactedBecause == nil)

        let message = try #require(try await fixture.read { try $0.event(at: 1) })
        #expect(message.replaces == nil)
        #expect(message.previousContent == nil)
        #expect(message.transaction == nil)
    }

    @Test(arguments: StoreEngine.all)
    func anEventIsFoundInItsRoomOnly(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.insert(Event(1), relation: nil)
        }
        #expect(try await fixture.read { try $0.event(EventID(1), in: .one) }?.position == 1)
        #expect(try await fixture.read { try $0.event(EventID(1), in: .two) } == nil)
        #expect(try await fixture.read { try $0.event(EventID(9)) } == nil)
        #expect(try await fixture.read { try $0.event(at: 9) } == nil)
    }

    @Test(arguments: StoreEngine.all)
    func membershipsAreLeftOutOfTheNewestPositions(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            for position in 1...6 as ClosedRange<Int64> {
                let isMembership = position % 2 == 0
                try writer.insert(
                    isMembership ? Event(position, "m.room.member", key: "@m\(position):s") : Event(position),
                    relation: nil)
            }
            try writer.insert(Event(7, in: .two), relation: nil)
        }
        try await fixture.read { (reader) throws in
            func newest(_ through: Int64, of count: Int) throws(StoreError) -> [Int64] {
                try reader.positionsWithoutMembers(in: .one, through: through, ofNewest: count)
            }
            #expect(try newest(7, of: 10) == [1, 3, 5])
            #expect(try newest(4, of: 10) == [1, 3])
            #expect(try newest(7, of: 2) == [5], "the memberships are counted among the newest")
        }
    }

    @Test(arguments: StoreEngine.all)
    func rangesExcludeTheirLowerAndIncludeTheirUpperEnd(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            for position in 1...10 as ClosedRange<Int64> {
                try writer.insert(Event(position, in: position.isMultiple(of: 3) ? .two : .one), relation: nil)
            }
        }
        try await fixture.read { (reader) throws in
            let page = { (after: Int64, through: Int64, order: TimelineOrder, limit: Int) in
                positions(try reader.events(in: .one, after: after, through: through, order: order, limit: limit))
            }
            #expect(try page(0, .max, .forward, 100) == [1, 2, 4, 5, 7, 8, 10])
            #expect(try page(2, 8, .forward, 100) == [4, 5, 7, 8])
            #expect(try page(2, 8, .forward, 2) == [4, 5])
            #expect(try page(2, 8, .backward, 100) == [8, 7, 5, 4])
            #expect(try page(2, 8, .backward, 2) == [8, 7])
            #expect(try page(2, 2, .forward, 100) == [])
            #expect(try page(0, .max, .forward, 0) == [])
            #expect(try page(0, .max, .forward, -1) == [])
            #expect(positions(try reader.events(after: 2, through: 6, limit: 3)) == [3, 4, 5])
            #expect(try reader.eventCount(in: .one, after: 2, through: 8) == 4)
            #expect(try reader.eventCount() == 10)
            #expect(
                try reader.events(in: RoomID(unchecked: "!no"), after: 0, through: .max, order: .forward, limit: 9)
                    .isEmpty)
        }
    }

    @Test(arguments: StoreEngine.all)
    func theEventClosestToATime(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        // Gaps and a position far out, as another room's events make them. An event's time is ten times its position.
        let held: [Int64] = [3, 4, 9, 10, 500, 100_000]
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            for position in held { try writer.insert(Event(position), relation: nil) }
        }
        try await fixture.read { (reader) throws in
            for time in [0, 29, 30, 31, 40, 89, 90, 91, 101, 4999, 5000, 999_999, 1_000_000, 1_000_001] as [Int64] {
                let forward = try reader.event(in: .one, closestTo: time, order: .forward)?.position
                #expect(forward == held.first { $0 * 10 >= time }, "at or after \(time)")
                let backward = try reader.event(in: .one, closestTo: time, order: .backward)?.position
                #expect(backward == held.last { $0 * 10 <= time }, "at or before \(time)")
            }
            #expect(try reader.event(in: .two, closestTo: 5, order: .forward) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func redactionReplacesTheTextAndShowsInWhatCameAfter(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let redacted = Event(1, "m.room.topic", key: "", content: "{}")
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.insert(
                Event(1, "m.room.topic", key: "", content: #"{"topic":"secret"}"#),
                relation: EventRelation(eventID: EventID(7), relationType: "m.reference"))
            try writer.insert(Event(2, "m.room.topic", key: "", content: #"{"topic":"b"}"#, replaces: 1), relation: nil)
            // Another room's: nothing happens.
            try writer.redact(EventID(2), in: .two, json: [], contentRange: 0..<0, because: [])
            try writer.redact(
                EventID(1), in: .one, json: redacted.json, contentRange: redacted.contentRange,
                because: .init(json: #"{"type":"m.room.redaction"}"#))
        }
        try await fixture.read { (reader) throws in
            let first = try #require(try reader.event(EventID(1)))
            #expect(first.json == redacted.json)
            #expect(Array(first.contentBytes) == .init(json: "{}"))
            #expect(first.redactedBecause == .init(json: #"{"type":"m.room.redaction"}"#))
            let second = try #require(try reader.event(EventID(2)))
            #expect(second.previousContent == .init(json: "{}"))
            #expect(Array(second.contentBytes) == .init(json: #"{"topic":"b"}"#))
            #expect(try reader.relationCount(to: EventID(7), in: .one, relationType: "m.reference") == 0)
        }
    }

    @Test(arguments: StoreEngine.all)
    func anEventNeedsItsRoomAndAnIdentifierOfItsOwn(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            #expect(throws: StoreError.self) { try writer.insert(Event(1), relation: nil) }
            try writer.insertRoom(StoredRoom(.one))
            try writer.insert(Event(1), relation: nil)
            let same = Event(2)
            let copy = Event(
                position: 3, roomID: .one, eventID: EventID(1), type: "m", stateKey: nil, sender: .ana, timestamp: 1,
                json: same.json, contentRange: same.contentRange)
            #expect {
                try writer.insert(copy, relation: nil)
            } throws: { error in
                guard case StoreError.constraint = error else { return false }
                return true
            }
            // The transaction goes on.
            try writer.insert(same, relation: nil)
        }
        #expect(try await fixture.read { positions(try $0.events(after: 0, through: .max, limit: 9)) } == [1, 2])
    }
}
