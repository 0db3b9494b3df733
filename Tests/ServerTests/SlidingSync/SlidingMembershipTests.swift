import JSON
import MatrixAPI
import Testing

@testable import Server

/// What of a room is shown to whom: invited, knocking, in it, gone, removed, or never there.
@Suite struct SlidingMembershipTests {
    private let everything = [("*", "*")]

    private func names(_ answer: TestAnswer, _ room: RoomID, _ list: String) -> [String] {
        answer.news(room, list).map { "\($0["type"]?.string ?? "") \($0["state_key"]?.string ?? "-")" }
    }

    @Test(arguments: SlidingDialect.allCases) func invitesAreSeenFromOutside(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = RoomID(unchecked: try await hanako.createRoom(#"{"name":"Quay","topic":"Tea"}"#))
            await hanako.say("before", in: room)
            var client = SlidingClient(kenji, dialect)
            client.see(0...9, state: everything)
            await client.sync()
            let waiting = client.poll()
            _ = await hanako.invite(kenji, to: room.string)
            let invited = await waiting.whole()
            client.take(invited)
            let stripped = dialect == .stable ? "stripped_state" : "invite_state"
            #expect(names(invited, room, stripped).contains("m.room.name "))
            #expect(names(invited, room, stripped).contains("m.room.member \(kenji.user)"))
            let shown = ["bump_stamp", "initial", "lists", "membership", stripped]
            #expect(invited.news(room)?.object?.allSatisfy { shown.contains($0.key) } == true)
            #expect(invited.news(room)?["membership"]?.string == (dialect == .stable ? "invite" : nil))
            await hanako.say("behind", in: room)
            #expect(await client.sync().newsRooms == [], "what happens inside is not shown")

            _ = await kenji.join(room.string)
            let joined = await client.sync()
            #expect(joined.news(room)?["initial"]?.bool == true)
            #expect(joined.newTexts(room) == ["before", "behind"])
            #expect(joined.news(room)?["name"]?.string == "Quay")
            #expect(joined.newState(room).contains("m.room.topic "))
        }
    }

    @Test(arguments: SlidingDialect.allCases) func aDeclinedInviteIsTold(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = RoomID(unchecked: try await hanako.createRoom(#"{"name":"Quay"}"#))
            _ = await hanako.invite(kenji, to: room.string)
            var client = SlidingClient(kenji, dialect)
            client.see(0...9, state: [("m.room.member", kenji.user.string), ("m.room.name", "")])
            await client.sync()
            _ = await kenji.leave(room.string)
            _ = await hanako.setState("m.room.name", #"{"name":"Secret"}"#, in: room.string)
            let declined = await client.sync()
            let own = "m.room.member \(kenji.user)"
            if dialect == .stable {
                #expect(declined.news(room)?["membership"]?.string == "leave")
                #expect(names(declined, room, "stripped_state") == [own])
            } else {
                #expect(declined.news(room)?["invite_state"] == nil)
                #expect(names(declined, room, "timeline") == [own])
                #expect(declined.newState(room) == [own])
            }
            #expect(!declined.text.contains("Secret") && !declined.text.contains("Quay"))
            #expect(await client.sync().newsRooms == [])
            client.position = nil
            #expect(await client.sync().count() == 0, "to a new connection there is no such room")
        }
    }

    @Test func ignoredMembersInviteInVain() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let shared = try await server.room(hanako, kenji)
            _ = await kenji.put(
                "/_matrix/client/v3/user/\(kenji.user)/account_data/m.ignored_user_list",
                #"{"ignored_users":{"\#(hanako.user)":{}}}"#)
            let room = try await hanako.createRoom()
            _ = await hanako.invite(kenji, to: room)
            await hanako.say("unheard", in: shared)
            var client = SlidingClient(kenji, .stable)
            client.see(0...9)
            let answer = await client.sync()
            #expect(answer.newsRooms == [shared.string])
            #expect(answer.newTexts(shared) == [])
            await hanako.say("still unheard", in: shared)
            #expect(await client.sync().newsRooms == [])
        }
    }

    @Test(arguments: SlidingDialect.allCases, [false, true])
    func whatComesAfterLeavingIsNotShown(_ dialect: SlidingDialect, _ isRemoved: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            var client = SlidingClient(kenji, dialect)
            client.see(0...9, state: everything)
            await client.sync()
            await hanako.say("last", in: room)
            if isRemoved {
                _ = await hanako.post(hanako.path(room.string, "kick"), #"{"user_id":"\#(kenji.user)"}"#)
            } else {
                _ = await kenji.leave(room.string)
            }
            _ = await hanako.setState("m.room.name", #"{"name":"Secret"}"#, in: room.string)
            await hanako.say("Secret", in: room)
            let left = await client.sync()
            #expect(left.newTexts(room) == ["last"])
            #expect(left.newState(room) == ["m.room.member \(kenji.user)"])
            #expect(!left.text.contains("Secret"))
            await hanako.say("Secret again", in: room)
            _ = await hanako.setState("m.room.topic", #"{"topic":"Secret"}"#, in: room.string)
            #expect(await client.sync().newsRooms == [])

            // To a new connection, only what others did is news.
            client.position = nil
            let anew = await client.sync()
            #expect(anew.count() == (isRemoved ? 1 : 0))
            #expect(!anew.text.contains("Secret"))
            if isRemoved {
                #expect(anew.newTexts(room) == ["last"])
                #expect(anew.news(room)?["name"]?.string == "Quay")
            }
            // Whoever asks for a room by its name gets what they may see of it.
            client.position = nil
            client.lists = ""
            client.subscribe(to: room, state: everything)
            let subscribed = await client.sync()
            #expect(subscribed.newTexts(room) == ["last"])
            #expect(subscribed.news(room)?["name"]?.string == "Quay")
            #expect(!subscribed.text.contains("Secret"))

            if isRemoved {
                _ = await hanako.post(hanako.path(room.string, "ban"), #"{"user_id":"\#(kenji.user)"}"#)
                let banned = await client.sync()
                #expect(names(banned, room, "timeline") == ["m.room.member \(kenji.user)"])
                #expect(!banned.text.contains("Secret"))
            }
        }
    }

    @Test(arguments: [false, true]) func whoComesBackBeginsAnew(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = RoomID(unchecked: try await hanako.createRoom(visibility: "joined", kenji))
            var client = SlidingClient(kenji, .stable)
            client.see(0...9, state: [("m.room.name", "")])
            await client.sync()
            await hanako.say("before", in: room)
            _ = await kenji.leave(room.string)
            await hanako.say("missed", in: room)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            try await hanako.bring(kenji, into: room.string)
            await hanako.say("after", in: room)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let back = await client.sync()
            #expect(back.news(room)?["initial"]?.bool == true)
            #expect(back.newTexts(room) == ["before", "after"])
            #expect(back.news(room)?["name"]?.string == "Quay")
        }
    }

    @Test func aForgottenRoomIsToldAndGone() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            var client = SlidingClient(kenji, .stable)
            client.see(0...9)
            await client.sync()
            _ = await kenji.leave(room.string)
            _ = await kenji.post(kenji.path(room.string, "forget"))
            #expect(await client.sync().news(room)?["membership"]?.string == "leave")
            #expect(await client.sync().count() == 0)
        }
    }

    /// Rooms that are shut to the member are not shown by any way of asking for them.
    @Test(arguments: SlidingDialect.allCases) func roomsOfOthersAreNotShown(_ dialect: SlidingDialect) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let closed = RoomID(unchecked: try await hanako.createRoom(#"{"name":"Secret"}"#))
            let readable = RoomID(
                unchecked: try await hanako.createRoom(
                    #"""
                    {"name":"Secret","preset":"public_chat","initial_state":[{"type":"m.room.history_visibility",
                     "content":{"history_visibility":"world_readable"}}]}
                    """#))
            // Banned without having been there.
            let banned = RoomID(unchecked: try await hanako.createRoom(#"{"name":"Secret"}"#))
            _ = await hanako.post(hanako.path(banned.string, "ban"), #"{"user_id":"\#(kenji.user)"}"#)
            var client = SlidingClient(kenji, dialect)
            client.see(0...99, state: everything)
            client.subscribe(to: closed, readable, banned, state: everything)
            client.extend(["typing": "", "receipts": "", "account_data": ""])
            for _ in 1...2 {
                let answer = await client.sync()
                #expect(!answer.text.contains("Secret"))
                #expect(answer.count() == 0)
                #expect(answer.newsRooms == [])
                for room in [closed, readable, banned] { await hanako.say("Secret", in: room) }
                _ = await hanako.put(
                    hanako.path(closed.string, "typing/\(hanako.user)"), #"{"typing":true,"timeout":9000}"#)
            }
        }
    }

    @Test(arguments: [false, true]) func historyIsAsVisibleAsElsewhere(_ isSubscribed: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = RoomID(unchecked: try await hanako.createRoom(visibility: "joined"))
            await hanako.say("before", in: room)
            try await hanako.bring(kenji, into: room.string)
            await hanako.say("after", in: room)
            var client = SlidingClient(kenji, .stable)
            if isSubscribed { client.subscribe(to: room, timeline: 50) } else { client.see(0...9, timeline: 50) }
            #expect(await client.sync().newTexts(room) == ["after"])
        }
    }

    // MARK: Members

    @Test(arguments: SlidingDialect.allCases) func membersComeAsTheTimelineNeedsThem(_ dialect: SlidingDialect)
        async throws
    {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let (ana, maria) = (try await server.member("ana"), try await server.member("maria"))
            let room = try await server.room(hanako, kenji, ana)
            func own(_ member: TestMember) -> String { "m.room.member \(member.user)" }
            await hanako.say("one", in: room)
            var client = SlidingClient(kenji, dialect)
            client.see(0...9, timeline: 1, lazy: true)
            #expect(await client.sync().newState(room) == [own(hanako)])
            await hanako.say("two", in: room)
            #expect(await client.sync().newState(room) == [], "it was given before")
            await ana.say("three", in: room)
            #expect(await client.sync().newState(room) == [own(ana)])
            _ = await maria.join(room.string)
            #expect(await client.sync().newState(room) == [own(maria)])
            _ = await hanako.put("/_matrix/client/v3/profile/\(hanako.user)/displayname", #"{"displayname":"H"}"#)
            #expect(await client.sync().newState(room) == [own(hanako)])
            // After a gap the client lacks members, and knows it.
            for text in ["a", "b"] { await hanako.say(text, in: room) }
            let gap = await client.sync()
            #expect(gap.news(room)?["limited"]?.bool == true)
            #expect(gap.newState(room) == [own(hanako)])
        }
    }
}
