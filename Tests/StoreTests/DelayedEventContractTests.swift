import MatrixAPI
import Store
import Testing

/// What every engine says of events that are sent later.
@Suite struct DelayedEventContractTests {
    private func event(
        _ id: String, by sender: UserID = .ana, key: String? = nil, delay: Int64, started: Int64 = 100
    ) -> StoredDelayedEvent {
        StoredDelayedEvent(
            id: id, sender: sender, room: .one, type: "org.example", stateKey: key, content: Array(json: "{}"),
            delay: delay, started: started)
    }

    @Test(arguments: StoreEngine.all)
    func theFirstThatIsDueComesFirst(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let late = event("late", delay: 50)
        let early = event("early", delay: 10)
        let other = event("other", by: .ben, key: "", delay: 20)
        try fixture.write { (writer) throws in
            for event in [late, early, other] { try writer.insertDelayedEvent(event) }
            #expect(throws: StoreError.self) { try writer.insertDelayedEvent(early) }
        }
        #expect(try await fixture.read { try $0.delayedEvents(limit: 2) } == [early, other])
        #expect(try await fixture.read { try $0.delayedEvents(of: .ana) } == [early, late])
        #expect(try await fixture.read { try $0.delayedEvent("other") } == other)
        try fixture.write { (writer) throws in
            try writer.restartDelayedEvent("early", at: 200)
            #expect(try writer.deleteDelayedEvent("other"))
            #expect(try !writer.deleteDelayedEvent("other"))
        }
        let restarted = try await fixture.read { try $0.delayedEvents(limit: 9) }
        #expect(restarted.map(\.id) == ["late", "early"])
        #expect(restarted.map(\.due) == [150, 210])
    }

    @Test(arguments: StoreEngine.all)
    func stateOfOthersIsDeleted(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertDelayedEvent(event("ana", key: "k", delay: 1))
            try writer.insertDelayedEvent(event("ben", by: .ben, key: "k", delay: 2))
            try writer.insertDelayedEvent(event("elsewhere", by: .ben, key: "", delay: 3))
            try writer.insertDelayedEvent(event("message", by: .ben, delay: 4))
        }
        let states = try await fixture.read { try $0.delayedStates().map(\.key) }
        #expect(Set(states) == [StateKey("org.example", "k"), StateKey("org.example", "")])
        try fixture.write { try $0.deleteDelayedStates(StateKey("org.example", "k"), in: .one, exceptOf: .ana) }
        #expect(try await fixture.read { try $0.delayedEvents(limit: 9).map(\.id) } == ["ana", "elsewhere", "message"])
    }
}
