import MatrixAPI
import Store
import Testing

@testable import Server

/// What is remembered of a room for all of its members gives each the same as the store.
@Suite struct TalkPositionsTests {
    private func rename(_ member: TestMember, _ name: String) async {
        let answer = await member.put(
            "/_matrix/client/v3/profile/\(member.user)/displayname", #"{"displayname":"\#(name)"}"#)
        #expect(answer.status == 200)
    }

    @Test func theSameAsFromTheStore() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let talk = TalkPositions()
            let start = server.journal.position
            /// As remembered, and as the store has it, of the newest ones.
            @Sendable func both(after: Int64, depth: Int, log: ChangeLog) async throws -> (talk: [Int64], all: [Int64])
            {
                let through = server.journal.position
                return try await server.store.read { reader in
                    let events = try talk.events(
                        in: room, after: after, through: through, depth: depth, log: log, reader: reader)
                    let newest = try reader.events(
                        in: room, after: 0, through: through, order: .backward, limit: depth
                    ).reversed()
                    return (
                        events.map(\.position),
                        newest.filter { $0.type != "m.room.member" && $0.position > after }.map(\.position)
                    )
                }
            }
            await hanako.say("one", in: room)
            await rename(kenji, "K")
            await hanako.say("two", in: room)
            // As after a restart: the log knows nothing.
            let forgotten = ChangeLog(after: server.journal.position)
            let first = try await both(after: start, depth: 100, log: forgotten)
            #expect(first.talk == first.all && first.talk.count == 2)

            // What comes then is taken from the log.
            await rename(kenji, "KK")
            await hanako.say("three", in: room)
            let second = try await both(after: start, depth: 100, log: server.journal.log)
            #expect(second.talk == second.all && second.talk.count == 3)
            let late = try await both(after: first.talk[1], depth: 100, log: server.journal.log)
            #expect(late.talk == [second.talk[2]])

            // A log that does not reach back to what is remembered: the store is asked again.
            let shorter = ChangeLog(after: server.journal.position)
            let third = try await both(after: start, depth: 100, log: shorter)
            #expect(third.talk == second.talk)

            // Only the newest are looked at, memberships counted.
            let other = TalkPositions()
            let through = server.journal.position
            let few = try await server.store.read {
                try other.events(in: room, after: start, through: through, depth: 2, log: shorter, reader: $0).map(
                    \.position)
            }
            #expect(few == [second.talk[2]])
        }
    }
}
