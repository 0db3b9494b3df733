import MatrixAPI
import Store
import Testing

@testable import Server

/// What is remembered of a room for all of its members gives each the same as the store.
@Suite struct RoomTalkTests {
    private func rename(_ member: TestMember, _ name: String) async {
        let answer = await member.put(
            "/_matrix/client/v3/profile/\(member.user)/displayname", #"{"displayname":"\#(name)"}"#)
        #expect(answer.status == 200)
    }

    /// As remembered, and as the store has it: positions of the newest `depth` events without memberships.
    private func both(
        _ talk: RoomTalk, _ room: RoomID, on server: RouteHarness, after: Int64, through: Int64? = nil,
        depth: Int = 100,
        log: ChangeLog
    ) async throws -> (talk: [Int64], all: [Int64]) {
        let through = through ?? server.journal.position
        return try await server.store.read { reader in
            let snapshot = try #require(try server.journal.room(room, reader))
            let events = try #require(
                try talk.events(in: snapshot, after: after, through: through, log: log, reader))
            let newest = try reader.events(
                in: room, after: 0, through: through, order: .backward, limit: depth
            ).reversed()
            return (
                events.map(\.position),
                newest.filter { $0.type != "m.room.member" && $0.position > after }.map(\.position)
            )
        }
    }

    @Test func theSameAsFromTheStore() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let talk = RoomTalk(depth: 100)
            let start = server.journal.position
            await hanako.say("one", in: room)
            await rename(kenji, "K")
            await hanako.say("two", in: room)
            // As after a restart: the log knows nothing.
            let forgotten = ChangeLog(after: server.journal.position)
            let first = try await both(talk, room, on: server, after: start, log: forgotten)
            #expect(first.talk == first.all && first.talk.count == 2)

            // What comes then is taken from the log, what somebody asks for who has read less from the store.
            await rename(kenji, "KK")
            await hanako.say("three", in: room)
            let second = try await both(talk, room, on: server, after: start, log: server.journal.log)
            #expect(second.talk == second.all && second.talk.count == 3)
            let late = try await both(talk, room, on: server, after: first.talk[1], log: server.journal.log)
            #expect(late.talk == [second.talk[2]])
            let before = try await both(talk, room, on: server, after: 0, log: forgotten)
            #expect(before.talk == before.all && before.talk.count > 3)
            let past = try await both(
                talk, room, on: server, after: start, through: first.talk[1], log: forgotten)
            #expect(past.talk == first.talk)

            // A log that does not reach back to what is remembered: the store is asked again.
            await hanako.say("four", in: room)
            let shorter = ChangeLog(after: server.journal.position)
            let third = try await both(talk, room, on: server, after: start, log: shorter)
            #expect(third.talk == third.all && third.talk.count == 4)

            // Only the newest are looked at, however much is asked for, and as the room goes on.
            let other = RoomTalk(depth: 2)
            let few = try await both(other, room, on: server, after: 0, depth: 2, log: shorter)
            #expect(few.talk == few.all && few.talk.count == 2)
            await hanako.say("five", in: room)
            let moved = try await both(other, room, on: server, after: 0, depth: 2, log: server.journal.log)
            #expect(moved.talk == moved.all && moved.talk.count == 2)
        }
    }

    @Test func oneRoomGoesForAnother() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            var rooms: [RoomID] = []
            for _ in 0..<4 {
                let room = try await server.room(hanako)
                await hanako.say("one", in: room)
                rooms.append(room)
            }
            let talk = RoomTalk(depth: 5, capacity: 12)
            for room in rooms + rooms.reversed() {
                let found = try await both(talk, room, on: server, after: 0, depth: 5, log: server.journal.log)
                #expect(found.talk == found.all && found.talk.count > 1)
                #expect((found.talk.count...12).contains(talk.count))
            }
        }
    }

    @Test func asManyMembersAsALargeRoomHas() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            await hanako.say("one", in: room)
            for number in 1...RoomTalk.largeRoom {
                let guest = try await server.member("member-\(number)")
                try await hanako.bring(guest, into: room.string)
            }
            await hanako.say("two", in: room)
            let forgotten = ChangeLog(after: server.journal.position)
            let all = try await both(RoomTalk(depth: 1_000), room, on: server, after: 0, depth: 1_000, log: forgotten)
            #expect(all.talk == all.all && all.talk.count > 2)
            // Memberships count among the newest.
            let few = RoomTalk(depth: 3)
            let newest = try await both(few, room, on: server, after: 0, depth: 3, log: forgotten)
            #expect(newest.talk == newest.all && newest.talk.count == 1)
            await hanako.say("three", in: room)
            let next = ChangeLog(after: server.journal.position)
            let after = try await both(few, room, on: server, after: 0, depth: 3, log: next)
            #expect(after.talk == after.all && after.talk.count == 2)
        }
    }

    @Test func judgedForTheRoomAsItIs() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let talk = RoomTalk(depth: 100)
            let start = server.journal.position
            let sent = await hanako.put(
                hanako.path(room.string, "send/m.room.message/1"), #"{"body":"one","m.mentions":{},"msgtype":"m.text"}"#
            )
            #expect(sent.status == 200)
            func judged() async throws -> JudgedEvent {
                let through = server.journal.position
                return try await server.store.read { reader in
                    let snapshot = try #require(try server.journal.room(room, reader))
                    let events = try talk.events(
                        in: snapshot, after: start, through: through, log: server.journal.log, reader)
                    return try #require(events?.first)
                }
            }
            func actions() async throws -> PushActions {
                guard case .verdict(let verdict) = try await judged().judgement else { return .none }
                return verdict.actions(for: kenji.user)
            }
            // Between two it sounds, among three it does not.
            let pair = try await actions()
            let aiko = try await server.member("aiko")
            try await hanako.bring(aiko, into: room.string)
            let group = try await actions()
            #expect(pair.notify && group.notify && pair != group)

            // What is redacted is nothing to be read.
            #expect(try await judged().isRedacted == false)
            let position = try await judged().position
            let event = try #require(try await server.store.read { try $0.event(at: position) })
            talk.redact(event, at: server.journal.position + 1)
            #expect(try await judged().isRedacted)
        }
    }

    /// What others read since.
    enum Others: CaseIterable { case nothing, allBehind, onlyTheLast }

    /// Who began to read before an event was redacted, and remembers what they read when it has been.
    @Test(arguments: Others.allCases) func redactedWhileSomebodyReads(_ others: Others) async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            let talk = RoomTalk(depth: 100)
            let start = server.journal.position
            let id = await hanako.say("secret", in: room)
            let position = server.journal.position
            await hanako.say("other", in: room)

            let (reading, isRedacted) = (AsyncStream.makeStream(of: Void.self), Gate())
            let journal = server.journal
            let forgotten = ChangeLog(after: journal.position)
            async let read = server.store.read { reader in
                // From here on this is what the reader sees.
                let snapshot = try #require(try journal.room(room, reader))
                let event = try #require(try reader.event(at: position))
                let through = journal.position
                reading.continuation.yield()
                isRedacted.wait()
                #expect(event.redactedBecause == nil)
                #expect(try reader.event(at: position)?.redactedBecause == nil, "it reads as of before")
                return try #require(
                    try talk.events(in: snapshot, after: start, through: through, log: forgotten, reader)
                ).map(\.isRedacted)
            }
            for await _ in reading.stream { break }
            #expect(await hanako.put(hanako.path(room.string, "redact/\(id)/r")).status == 200)
            let redacted = try #require(
                try await server.store.read { try $0.event(at: position) }, "what the journal tells")
            talk.redact(redacted, at: server.journal.position)
            await hanako.say("last", in: room)
            let known: Int64? =
                switch others {
                case .nothing: nil
                case .allBehind: position
                case .onlyTheLast: journal.position - 1
                }
            if let known { _ = try await both(talk, room, on: server, after: known, log: journal.log) }
            isRedacted.open()
            #expect(try await read == [true, false])

            let now = try await server.store.read { reader in
                let snapshot = try #require(try journal.room(room, reader))
                return try talk.events(
                    in: snapshot, after: start, through: journal.position, log: journal.log, reader)
            }
            // The redaction itself is an event as well.
            #expect(now?.map(\.isRedacted) == [true, false, false, false])
        }
    }

    /// However many there were since: nothing is remembered then that may lack a mark.
    @Test func moreRedactionsThanAreRemembered() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            let talk = RoomTalk(depth: 100)
            let start = server.journal.position
            let id = await hanako.say("secret", in: room)
            let through = server.journal.position
            let older = try await server.store.read { try #require(try $0.event(at: through)) }
            #expect(await hanako.put(hanako.path(room.string, "redact/\(id)/r")).status == 200)
            talk.redact(older, at: through + 1)
            let elsewhere = try #require(
                try await server.store.read { try $0.event(at: start) }, "the last event of the room's creation")
            for number in 2...10_000 { talk.redact(elsewhere, at: through + Int64(number)) }
            // A log from before, as who is slow has it.
            let old = ChangeLog(after: start)
            old.append([Change(position: through, kind: .event(older))])
            let journal = server.journal
            func redacted(log: ChangeLog) async throws -> [Bool] {
                try await server.store.read { reader in
                    let snapshot = try #require(try journal.room(room, reader))
                    return try #require(
                        try talk.events(in: snapshot, after: start, through: through, log: log, reader)
                    ).map(\.isRedacted)
                }
            }
            #expect(try await redacted(log: old) == [false], "what they read")
            #expect(try await redacted(log: journal.log) == [true], "is not what others get")
        }
    }
}
