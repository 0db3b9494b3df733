import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

/// Each reader of events, for each visibility, for somebody who was invited, joined, and left.
@Suite struct HistoryVisibilityTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        let visibility: String
        let seen: Set<String>
        var testDescription: String { visibility }
    }

    static let all = ["early", "invited", "joined", "late"]
    static let expectations = [
        Expectation(visibility: "world_readable", seen: ["early", "invited", "joined", "late"]),
        Expectation(visibility: "shared", seen: ["early", "invited", "joined"]),
        Expectation(visibility: "invited", seen: ["invited", "joined"]),
        Expectation(visibility: "joined", seen: ["joined"]),
    ]

    /// Plays the story; the events' identifiers by text.
    private func story(
        _ owner: TestMember, _ other: TestMember, _ visibility: String
    ) async throws -> (room: String, events: [String: String]) {
        let room = try await owner.createRoom(visibility: visibility)
        var events: [String: String] = [:]
        events["early"] = try await owner.say("early", in: room)
        #expect(await owner.invite(other, to: room).status == 200)
        events["invited"] = try await owner.say("invited", in: room)
        #expect(await other.join(room).status == 200)
        events["joined"] = try await owner.say("joined", in: room)
        #expect(await other.leave(room).status == 200)
        events["late"] = try await owner.say("late", in: room)
        return (room, events)
    }

    @Test(arguments: expectations, [false, true]) func readers(_ expected: Expectation, coldCaches: Bool) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let (room, events) = try await story(hanako, kenji, expected.visibility)
            // What memory knows and what the store says must be the same.
            if coldCaches { server.journal.rooms.invalidate(RoomID(unchecked: room), at: server.journal.position) }

            #expect(Set(await kenji.texts(in: room, "dir=b&limit=100")) == expected.seen)
            #expect(Set(await kenji.texts(in: room, "dir=f&limit=100")) == expected.seen)
            for text in Self.all {
                let id = try #require(events[text])
                let event = await kenji.get(kenji.path(room, "event/\(id)"))
                #expect(event.outcome == (expected.seen.contains(text) ? "200" : "404 M_NOT_FOUND"), "event \(text)")
                let context = await kenji.get(kenji.path(room, "context/\(id)?limit=100"))
                #expect(context.outcome == event.outcome, "context \(text)")
                let around = Set(context.texts("events_before") + context.texts("events_after"))
                #expect(around.isSubset(of: expected.seen), "around \(text)")
                if context.status == 200 { #expect(around.union([text]) == expected.seen) }
            }
        }
    }

    @Test(arguments: expectations) func strangers(_ expected: Expectation) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let stranger = try await server.member("stranger")
            let room = try await hanako.createRoom(visibility: expected.visibility)
            let event = try await hanako.say("hello", in: room)
            let isOpen = expected.visibility == "world_readable"
            for path in [
                "messages?dir=b", "state", "state/m.room.create", "members", "context/\(event)", "event/\(event)",
            ] {
                let answer = await stranger.get(stranger.path(room, path))
                #expect((answer.status == 200) == isOpen, "\(path): \(answer.outcome)")
                #expect(isOpen || !answer.text.contains("hanako"), "\(path) tells who is there")
            }
            #expect(await stranger.get(stranger.path(room, "joined_members")).outcome == "403 M_FORBIDDEN")
            #expect((await stranger.get(stranger.path(room, "aliases")).status == 200) == isOpen)
        }
    }

    @Test(arguments: ["shared", "invited", "joined"])
    func invitedButNeverJoinedSeesNothing(_ visibility: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: visibility)
            _ = await hanako.invite(kenji, to: room)
            let event = try await hanako.say("secret", in: room)
            let member = "state/m.room.member/\(kenji.user)?format=event"
            let invite = try #require(await hanako.get(hanako.path(room, member))["event_id"]?.string)
            func check(_ own: String) async {
                for path in ["messages?dir=b", "messages?dir=f", "state", "members"] {
                    #expect(await kenji.get(kenji.path(room, path)).outcome == "403 M_FORBIDDEN", "\(path)")
                }
                for path in ["event/\(event)", "context/\(event)"] {
                    #expect(await kenji.get(kenji.path(room, path)).outcome == "404 M_NOT_FOUND", "\(path)")
                }
                // What happened to oneself shows, and nothing around it.
                #expect(await kenji.get(kenji.path(room, "event/\(own)")).status == 200)
                let context = await kenji.get(kenji.path(room, "context/\(own)"))
                #expect(context.texts("events_before") + context.texts("events_after") == [])
                #expect(context["state"]?.count == 0)
            }
            await check(invite)
            _ = await kenji.leave(room)
            await check(try #require(await hanako.get(hanako.path(room, member))["event_id"]?.string))
        }
    }

    @Test func aBanAfterLeavingShowsNoStateOfThatTime() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            _ = await kenji.leave(room)
            _ = await hanako.setState("m.room.name", #"{"name":"secret"}"#, in: room)
            _ = await hanako.post(hanako.path(room, "ban"), #"{"user_id":"\#(kenji.user)"}"#)
            let member = "state/m.room.member/\(kenji.user)?format=event"
            let ban = try #require(await hanako.get(hanako.path(room, member))["event_id"]?.string)
            let context = await kenji.get(kenji.path(room, "context/\(ban)?limit=100"))
            #expect(context.status == 200 && !context.text.contains("secret"))
        }
    }

    @Test func joiningAgainShowsSharedHistoryAndNoOther() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let shared = try await story(hanako, kenji, "shared").room
            try await hanako.bring(kenji, into: shared)
            #expect(Set(await kenji.texts(in: shared, "dir=b&limit=100")) == Set(Self.all))
            let joined = try await story(hanako, kenji, "joined").room
            try await hanako.bring(kenji, into: joined)
            #expect(await kenji.texts(in: joined, "dir=b&limit=100") == ["joined"])
        }
    }

    @Test func visibilityAtTheEventCountsAndNotThatOfToday() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            _ = try await hanako.say("closed", in: room)
            _ = await hanako.setState("m.room.history_visibility", #"{"history_visibility":"shared"}"#, in: room)
            _ = try await hanako.say("open", in: room)
            try await hanako.bring(kenji, into: room)
            let page = await kenji.get(kenji.path(room, "messages?dir=b&limit=100"))
            #expect(page.texts("chunk") == ["open"])
            // Both changes show: history was shared before the first one, by default, and after the second.
            #expect(page.types("chunk").filter { $0 == "m.room.history_visibility" }.count == 2)
        }
    }

    @Test func memoryTellsWhereItCan() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let id = RoomID(unchecked: try await hanako.createRoom(visibility: "joined", kenji))
            _ = try await hanako.say("one", in: id.string)
            let room = try #require(try await server.journal.room(id))
            let filter = HistoryVisibilityFilter(user: kenji.user, room: room)
            let joined = try #require(room.members[kenji.user]).position
            #expect(filter.seesEverything(after: joined))
            #expect(!filter.seesEverything(after: joined - 1))
            // Before the join only the store knows.
            #expect(throws: NeedsStore.self) { try filter.allows(try #require(room.stateEvent("m.room.create"))) }
            #expect(try filter.stateAccess() == .present)

            // What is newer than the snapshot is not judged.
            _ = try await hanako.say("two", in: id.string)
            let newer = try #require(try await server.journal.room(id))
            let newest = try #require(
                try await server.store.read {
                    try $0.events(in: id, after: 0, through: .max, order: .backward, limit: 1).first
                })
            #expect(newer.position == newest.position)
            #expect(try filter.visible([newest]).isEmpty)
            #expect(try HistoryVisibilityFilter(user: kenji.user, room: newer).allows(newest))
        }
    }

    @Test func aChangeOfTheNameKeepsTheHistoryInMemory() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let id = RoomID(unchecked: try await hanako.createRoom(visibility: "joined", kenji))
            let joined = try #require(try await server.journal.room(id)?.members[kenji.user]).position
            let answer = await kenji.setState(
                "m.room.member", #"{"membership":"join","displayname":"Ken"}"#, key: kenji.user.string, in: id.string)
            #expect(answer.status == 200)
            let room = try #require(try await server.journal.room(id))
            #expect(HistoryVisibilityFilter(user: kenji.user, room: room).seesEverything(after: joined))
        }
    }
}
