import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Server

@Suite struct JournalTests {
    private struct Refused: Error {}

    private func message(_ member: TestMember, _ room: RoomID, _ text: String) throws -> EventDraft {
        try EventDraft(
            room: room, type: "m.room.message", sender: member.user, content: json(#"{"body":"\#(text)"}"#),
            timestamp: 1)
    }

    @Test func aProposalThatThrowsLeavesNothing() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            let before = server.journal.position
            let draft = try message(hanako, room, "never")
            await #expect(throws: Refused.self) {
                try await server.journal.write { transaction in
                    try transaction.append(draft, to: room)
                    try transaction.recordDeviceListChange(of: hanako.user)
                    throw Refused()
                }
            }
            #expect(server.journal.position == before)
            let found = try await server.store.read { try $0.event(draft.eventID) }
            #expect(found == nil)
            #expect(try await server.journal.room(room)?.position ?? 0 <= before)
        }
    }

    /// All that is pending goes into one batch; one refusal in it does not touch the others.
    @Test func concurrentProposalsGetGaplessPositionsInOrder() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            let start = server.journal.position
            let drafts = try (0..<200).map { try message(hanako, room, "\($0)") }
            let positions = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for (index, draft) in drafts.enumerated() {
                    group.addTask {
                        do {
                            return try await server.journal.write { transaction in
                                let event = try transaction.append(draft, to: room)
                                if index % 10 == 0 { throw Refused() }
                                return event.position
                            }
                        } catch is Refused { return nil }
                    }
                }
                return try await group.reduce(into: [Int64]()) { if let position = $1 { $0.append(position) } }
            }
            #expect(positions.sorted() == Array(start + 1...start + 180))
            #expect(server.journal.position == start + 180)
            let stored = try await server.store.read {
                try $0.events(in: room, after: start, through: .max, order: .forward, limit: 1000).map(\.position)
            }
            #expect(stored == Array(start + 1...start + 180))
            #expect(try await server.store.read { try $0.lastPosition() } == start + 180)
        }
    }

    @Test func sameStateAgainIsTheEventThatIsThere() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            func name() throws -> EventDraft {
                try EventDraft(
                    room: room, type: "m.room.name", stateKey: "", sender: hanako.user,
                    content: json(#"{"name":"Quay"}"#),
                    timestamp: 1)
            }
            let (first, second) = (try name(), try name())
            let one = try await server.journal.write { try $0.append(first, to: room).eventID }
            let two = try await server.journal.write { try $0.append(second, to: room).eventID }
            #expect(one == two)
        }
    }

    @Test func contentThatIsNotCanonicalIsRefused() throws {
        let room = RoomID(unchecked: "!r:s")
        let sender = UserID(unchecked: "@a:s")
        for content in [#"{"n":1.5}"#, #"{"n":9007199254740992}"#] {
            #expect(throws: MatrixError.self) {
                try EventDraft(room: room, type: "m.room.message", sender: sender, content: json(content), timestamp: 1)
            }
        }
        let large = #"{"body":"\#(String(repeating: "x", count: 70_000))"}"#
        #expect(throws: MatrixError.self) {
            try EventDraft(room: room, type: "m.room.message", sender: sender, content: json(large), timestamp: 1)
        }
    }

    @Test func closedJournalRefuses() async throws {
        try await RouteHarness.run { server in
            await server.journal.close()
            await #expect(throws: StoreError.closed) { try await server.journal.write { _ in } }
        }
    }
}
