import MatrixAPI
import Store
import StoreSQLite
import TestSupport
import Testing

/// What every engine promises of the index of words.
@Suite struct SearchContractTests {
    /// Messages of two rooms, in turn when `others` is given.
    private func fill(_ fixture: StoreFixture, _ texts: [String], others: String? = nil) async throws {
        var indexed: [SearchableText] = []
        var position: Int64 = 0
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            func add(_ text: String, _ room: RoomID) throws {
                position += 1
                try writer.insert(Event(position, in: room), relation: nil)
                indexed.append(SearchableText(position: position, key: .body, text: text))
            }
            for text in texts {
                try add(text, .one)
                if let others { try add(others, .two) }
            }
            try writer.setLastPosition(position)
        }
        try await fixture.store.index(indexed, removing: [], through: position)
    }

    private func search(_ term: String, in rooms: [RoomID] = [.one]) -> TextSearch {
        TextSearch(words: SearchWord.words(in: term), keys: [.body], rooms: rooms)
    }

    @Test(arguments: StoreEngine.all)
    func beginningsOfWordsAreFound(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, ["project", "Projektor läuft", "the projects", "prose", "café", "cafés", "inject"])
        let expected: [(String, [Int64])] = [
            ("proj", [3, 2, 1]), ("project", [3, 1]), ("projects", [3]), ("pro", [4, 3, 2, 1]), ("pr", []),
            ("cafe", [6, 5]), ("café", [6, 5]), ("zzz", []), ("the proj", [3]), ("lauf", [2]), ("läuf", [2]),
        ]
        for (term, positions) in expected {
            let search = search(term)
            #expect(try await fixture.read { try $0.search(search, through: .max, limit: 99) } == positions, "\(term)")
            #expect(try await fixture.read { try $0.searchCount(search, limit: 99) } == positions.count, "\(term)")
            let ranked = try await fixture.read { try $0.searchByRank(search, offset: 0, limit: 99).map(\.position) }
            #expect(ranked.sorted(by: >) == positions, "\(term)")
        }
    }

    /// More words than the engine would name one by one.
    @Test(arguments: StoreEngine.all)
    func beginningsOfVeryManyWords(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, (1...300).map { "part\($0)" })
        for (term, count) in [("part", 300), ("part1", 111), ("part29", 11), ("part299", 1)] {
            let search = search(term)
            #expect(try await fixture.read { try $0.searchCount(search, limit: 999) } == count, "\(term)")
        }
    }

    @Test(arguments: StoreEngine.all)
    func otherRoomsAreNotSearched(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, ["needle", "needle"], others: "needle")
        let (one, both) = (search("needle"), search("needle", in: [.one, .two]))
        #expect(try await fixture.read { try $0.search(one, through: .max, limit: 9) } == [3, 1])
        #expect(try await fixture.read { try $0.search(both, through: 3, limit: 9) } == [3, 2, 1])
        #expect(try await fixture.read { try $0.searchCount(both, limit: 3) } == 3)
        // Rooms are numbers in the index, and nobody finds them by that.
        let number = search("1", in: [.one])
        #expect(try await fixture.read { try $0.searchCount(number, limit: 3) } == 0)
    }

    @Test(arguments: StoreEngine.all)
    func theBestMatchComesFirstAndOfEqualOnesTheNewest(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, ["the crane is at the berth", "crane crane", "crane", "crane", "no such thing"])
        let search = search("crane")
        let found = try await fixture.read { try $0.searchByRank(search, offset: 0, limit: 9) }
        #expect(found.map(\.position) == [2, 4, 3, 1])
        #expect(found.map(\.rank) == found.map(\.rank).sorted(by: >))
        #expect(try await fixture.read { try $0.searchByRank(search, offset: 1, limit: 2).map(\.position) } == [4, 3])
    }

    /// Of a word that everybody uses the newest are compared.
    @Test(arguments: StoreEngine.all)
    func ofVeryManyMatchesTheNewestAreRanked(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, ["yes yes"] + Array(repeating: "yes of course", count: 2_100) + ["yes, yes"])
        let search = search("yes")
        let found = try await fixture.read { try $0.searchByRank(search, offset: 0, limit: 2).map(\.position) }
        #expect(found == [2_102, 2_101])
        #expect(try await fixture.read { try $0.searchByRank(search, offset: 1_999, limit: 9).count } == 1)
    }

    @Test(arguments: StoreEngine.all)
    func redactedAndDeletedEventsAreTakenOut(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try await fill(fixture, ["needle", "needle", "needle", "needle"])
        try fixture.write { (writer) throws in
            let event = Event(2)
            try writer.redact(
                event.eventID, in: .one, json: event.json, contentRange: event.contentRange, because: Array("{}".utf8))
            _ = try writer.purgeEvents(in: .one, after: 0, before: 15, limit: 9)
        }
        let removed = try await fixture.read { try $0.wordRemovals(limit: 9) }
        #expect(removed == [1, 2])
        #expect(try await fixture.read { try $0.wordRemovals(limit: 1) } == [1])
        try await fixture.store.index([], removing: removed, through: 4)
        try fixture.write { try $0.deleteWordRemovals(removed) }
        #expect(try await fixture.read { try $0.wordRemovals(limit: 9) } == [])
        let search = search("needle")
        #expect(try await fixture.read { try $0.search(search, through: .max, limit: 9) } == [4, 3])

        // Redacted between the reading of its text and now.
        let text = SearchableText(position: 2, key: .body, text: "needle")
        try await fixture.store.index([text], removing: [], through: 4)
        #expect(try await fixture.read { try $0.search(search, through: .max, limit: 9) } == [4, 3])
    }

    @Test(arguments: StoreEngine.all)
    func theIndexStays(engine: StoreEngine) async throws {
        let folder = TemporaryFolder()
        let first = try engine.open(folder.path)
        try commitMessage(1, by: try first.makeWriter())
        try await first.index([SearchableText(position: 1, key: .body, text: "needle")], removing: [], through: 1)
        first.close()
        await #expect(throws: StoreError.self) { try await first.index([], removing: [], through: 1) }
        let store = try engine.open(folder.path)
        let search = search("needle")
        #expect(try await store.read { try $0.indexedPosition() } == 1)
        #expect(try await store.read { try $0.search(search, through: .max, limit: 9) } == [1])
        store.close()
    }
}
