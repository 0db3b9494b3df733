import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Coming and going as sync tells it.
@Suite struct SyncMembershipTests {
    @Test func aKnockAndItsRefusal() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let created = try await hanako.createRoom(
                #"{"name":"Quay","initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}"#)
            let room = RoomID(unchecked: created)
            let (hers, his) = (await hanako.firstToken(), await kenji.firstToken())
            let (waiting, own) = (hanako.poll(since: hers), kenji.poll(since: his))
            let knock = await kenji.post("/_matrix/client/v3/knock/\(created)", #"{"reason":"please"}"#)
            #expect(knock.status == 200)
            let told = await own.whole()
            let stripped = told.events(room, "knock_state", "knock")
            #expect(stripped.contains { $0["content"]?["name"]?.string == "Quay" })
            #expect(stripped.contains { $0["content"]?["membership"]?.string == "knock" })
            #expect(told.room(room) == nil)
            let seen = await waiting.whole().events(room, "timeline").last
            #expect(seen?["content"]?["reason"]?.string == "please")
            #expect(await kenji.sync().room(room, "knock") != nil)

            _ = await hanako.post(hanako.path(created, "kick"), #"{"user_id":"\#(kenji.user)","reason":"no"}"#)
            let refused = await kenji.sync(since: told.token)
            #expect(refused.events(room, "timeline", "leave").compactMap { $0["content"]?["reason"]?.string } == ["no"])
            #expect(refused.room(room, "knock") == nil)
            #expect(await kenji.sync()["rooms"] == nil)
        }
    }

    /// State that changed while a member was away, and that they may not see as history, is theirs when they are back.
    @Test(arguments: [false, true]) func backAfterAStateChange(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let created = try await hanako.createRoom(visibility: "joined", kenji)
            let room = RoomID(unchecked: created)
            let token = await kenji.firstToken()
            _ = try await hanako.say("before", in: created)
            _ = await kenji.leave(created)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: created)
            try await hanako.bring(kenji, into: created)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let answer = await kenji.sync(since: token)
            let all = answer.events(room, "state") + answer.events(room, "timeline")
            #expect(all.contains { $0["content"]?["name"]?.string == "Quay" })
            #expect(answer.texts(room) == ["before"])
            #expect(answer.room(room)?["timeline"]?["limited"]?.bool == true)
        }
    }

    @Test(arguments: [false, true]) func aNewNameOfOnesOwnIsNoNewRoom(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            let token = await kenji.firstToken()
            for name in ["K", "Ken"] {
                _ = await kenji.put(
                    "/_matrix/client/v3/profile/\(kenji.user)/displayname", #"{"displayname":"\#(name)"}"#)
            }
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let answer = await kenji.sync(since: token)
            #expect(answer.events(room, "state").isEmpty)
            #expect(answer.events(room, "timeline").count == 2)
        }
    }

    /// Another device still shows the room.
    @Test func aForgottenRoomIsLeft() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            await hanako.say("last", in: room)
            _ = await kenji.leave(room.string)
            #expect(await kenji.post(kenji.path(room.string, "forget")).status == 200)
            let answer = await kenji.sync(since: token)
            #expect(
                answer.events(room, "timeline", "leave").compactMap { $0["content"]?["membership"]?.string } == [
                    "leave"
                ])
            #expect(await kenji.sync(since: answer.token)["rooms"] == nil)
            let includeLeave = "&filter=" + #"{"room":{"include_leave":true}}"#.urlEncoded
            #expect(await kenji.sync(with: includeLeave)["rooms"] == nil)
        }
    }

    @Test func summariesFollowTheMembers() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let room = try await server.room(hanako, kenji)
            let token = await hanako.firstToken()
            _ = await hanako.invite(ana, to: room.string)
            let invited = await hanako.sync(since: token)
            let summary = invited.room(room)?["summary"]
            #expect(summary?["m.joined_member_count"]?.int == 2)
            #expect(summary?["m.invited_member_count"]?.int == 1)
            #expect(summary?["m.heroes"]?.array?.compactMap(\.string) == [kenji.user.string, ana.user.string])
            await kenji.say("hello", in: room)
            #expect(await hanako.sync(since: invited.token).room(room)?["summary"] == nil, "nothing changed")
            _ = await kenji.leave(room.string)
            _ = await ana.leave(room.string)
            let alone = await hanako.sync().room(room)?["summary"]
            #expect(alone?["m.joined_member_count"]?.int == 1)
            #expect(
                Set(alone?["m.heroes"]?.array?.compactMap(\.string) ?? []) == [kenji.user.string, ana.user.string],
                "who was there names a room that everybody else left")
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            #expect(await hanako.sync().room(room)?["summary"]?["m.heroes"] == nil)
        }
    }

    /// A sender who changed the name within the timeline is known by the one from before it.
    @Test(arguments: [false, true]) func lazyMembersAreAsBeforeTheTimeline(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await hanako.setState("m.room.name", #"{"name":"Quay"}"#, in: room.string)
            func rename(_ name: String) async {
                _ = await hanako.put(
                    "/_matrix/client/v3/profile/\(hanako.user)/displayname", #"{"displayname":"\#(name)"}"#)
            }
            await rename("Old")
            let token = await kenji.firstToken()
            await hanako.say("as Old", in: room)
            await rename("New")
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let lazy = "&filter=" + #"{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":2}}}"#.urlEncoded
            for answer in [await kenji.sync(since: token, with: lazy), await kenji.sync(with: lazy)] {
                let hers = answer.events(room, "state").filter { $0["state_key"]?.string == hanako.user.string }
                #expect(hers.compactMap { $0["content"]?["displayname"]?.string } == ["Old"])
            }
        }
    }
}
