import MatrixAPI
import Testing

@testable import Server

@Suite struct SlidingConnectionTests {
    private func state(_ position: Int64) -> SlidingState {
        var state = SlidingState()
        state.token = SyncToken(position: position, epoch: 1, ephemeral: 0)
        return state
    }

    private func begin(
        _ connection: inout SlidingConnection, after number: Int?
    ) throws -> (request: Int, state: SlidingState) {
        let begun = connection.begin(after: number)
        return try #require(begun)
    }

    private func position(_ connection: inout SlidingConnection, after number: Int) throws -> Int64? {
        try begin(&connection, after: number).state.token?.position
    }

    private func isKnown(_ connection: inout SlidingConnection, _ number: Int) -> Bool {
        connection.begin(after: number) != nil
    }

    private func answer(_ connection: inout SlidingConnection, _ request: Int, _ position: Int64) -> Int? {
        connection.answer(request, with: state(position))
    }

    @Test func goesOnFromWhatArrived() throws {
        var connection = SlidingConnection(id: 1)
        let first = try begin(&connection, after: nil)
        #expect(first.state.token == nil)
        #expect(answer(&connection, first.request, 5) == 1)
        let second = try begin(&connection, after: 1)
        #expect(second.state.token?.position == 5)
        #expect(answer(&connection, second.request, 7) == 2)
        // The answer got lost.
        let again = try begin(&connection, after: 1)
        #expect(again.state.token?.position == 5)
        #expect(answer(&connection, again.request, 8) == 3)
        #expect(try position(&connection, after: 3) == 8)
        #expect(!isKnown(&connection, 1), "what was before is not kept")
        #expect(!isKnown(&connection, 2))
        #expect(!isKnown(&connection, 4))
        #expect(!isKnown(&connection, 0))
    }

    /// A proxy repeats a request whose answer has arrived.
    @Test func aLateRepetitionTakesNothingAway() throws {
        var connection = SlidingConnection(id: 1)
        let first = try begin(&connection, after: nil).request
        #expect(answer(&connection, first, 5) == 1)
        let second = try begin(&connection, after: 1).request
        #expect(answer(&connection, second, 6) == 2)
        let repeated = try begin(&connection, after: 1).request
        #expect(answer(&connection, repeated, 7) == 3)
        #expect(try position(&connection, after: 2) == 6)
        #expect(!isKnown(&connection, 3))
    }

    @Test func onlyTheNewestRequestIsAnswered() throws {
        var connection = SlidingConnection(id: 1)
        let old = try begin(&connection, after: nil).request
        let new = try begin(&connection, after: nil).request
        #expect(answer(&connection, old, 1) == nil)
        #expect(answer(&connection, new, 1) == 1)
    }

    @Test(arguments: ["", "w", "w1_a", "w1_a_0", "w-1_a_1", "w1_!_1", "s1_2_3", "w1_a_1_1", "w1_a_-1"])
    func whatIsNoPosition(_ text: String) { #expect(SlidingPosition(text) == nil) }

    @Test func positionsAreText() {
        let position = SlidingPosition(position: 12, connection: .max, number: 3)
        #expect(SlidingPosition(position.description) == position)
        #expect(TimelineToken(position.description)?.position == 12)
    }

    // MARK: The table

    private let hanako = UserID(unchecked: "@hanako:mado.test")

    private func key(_ name: String, _ device: String = "D") -> SlidingConnections.Key {
        SlidingConnections.Key(user: hanako, device: DeviceID(unchecked: device), name: name)
    }

    /// Begins and is answered; where that ended.
    private func answered(
        _ connections: SlidingConnections, _ key: SlidingConnections.Key, at position: String? = nil, rooms: Int = 0
    ) throws -> String {
        let ticket = try connections.begin(key, at: position)
        var state = ticket.state
        state.token = SyncToken(position: 1, epoch: 1, ephemeral: 0)
        let config = SlidingRoomConfig(timelineLimit: 1, state: RequiredState(.init()))
        for number in 0..<rooms {
            state.setRoom(
                RoomID(unchecked: "!\(number):x"), SentRoom(position: 1, sight: .joined, config: config))
        }
        return try #require(connections.answer(ticket, with: state)).description
    }

    private func isKnown(_ connections: SlidingConnections, _ key: SlidingConnections.Key, _ position: String) -> Bool {
        (try? connections.begin(key, at: position)) != nil
    }

    @Test func aPositionBelongsToItsConnection() throws {
        let connections = SlidingConnections()
        let position = try answered(connections, key("a"))
        #expect(!isKnown(connections, key("b"), position))
        #expect(!isKnown(connections, key("a", "OTHER"), position))
        #expect(!isKnown(connections, key("a"), "nonsense"))
        #expect(isKnown(connections, key("a"), position))
        let anew = try answered(connections, key("a"))
        #expect(!isKnown(connections, key("a"), position), "the connection began anew")
        #expect(isKnown(connections, key("a"), anew))
    }

    @Test func aDeviceHasFewConnections() throws {
        var limits = SlidingConnections.Limits()
        limits.connectionsPerDevice = 3
        let connections = SlidingConnections(limits: limits)
        let positions = try ["a", "b", "c"].map { try answered(connections, key($0)) }
        let used = try answered(connections, key("a"), at: positions[0])
        let other = try answered(connections, key("a", "OTHER"))
        _ = try answered(connections, key("d"))
        #expect(connections.count == 4)
        #expect(!isKnown(connections, key("b"), positions[1]), "not used for the longest time")
        #expect(isKnown(connections, key("a"), used))
        #expect(isKnown(connections, key("c"), positions[2]))
        #expect(isKnown(connections, key("a", "OTHER"), other))
    }

    @Test func memoryIsBounded() throws {
        var limits = SlidingConnections.Limits()
        limits.weight = 400
        let connections = SlidingConnections(limits: limits)
        let positions = try (0..<8).map { try answered(connections, key("a", "D\($0)"), rooms: 80) }
        #expect(connections.count < 5)
        #expect(!isKnown(connections, key("a", "D0"), positions[0]))
        #expect(isKnown(connections, key("a", "D7"), positions[7]))
        // One that is larger than all that is allowed is kept as long as it is in use.
        let large = try answered(connections, key("large"), rooms: 1000)
        #expect(connections.count == 1)
        #expect(isKnown(connections, key("large"), large))
    }

    @Test func goWithTheirSessions() throws {
        let connections = SlidingConnections()
        _ = try answered(connections, key("a"))
        let position = try answered(connections, key("a", "OTHER"))
        connections.sessionsEnded(of: hanako, devices: [DeviceID(unchecked: "D")])
        #expect(connections.count == 1)
        #expect(isKnown(connections, key("a", "OTHER"), position))
        connections.sessionsEnded(of: hanako, devices: nil)
        #expect(connections.count == 0)
    }
}
