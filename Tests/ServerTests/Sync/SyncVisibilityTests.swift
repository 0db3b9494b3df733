import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Sync shows no more of a room than any other reader.
@Suite struct SyncVisibilityTests {
    private static let includeLeave = "&filter=" + #"{"room":{"include_leave":true}}"#.urlEncoded

    private func ban(_ target: TestMember, by owner: TestMember, in room: String) async {
        #expect(await owner.post(owner.path(room, "ban"), #"{"user_id":"\#(target.user)"}"#).status == 200)
    }

    /// Left, went on without the member, banned; asked from memory and from the store.
    @Test(arguments: [false, true]) func whatCameBetweenLeavingAndBanIsHidden(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let id = RoomID(unchecked: room)
            let token = await kenji.firstToken()
            _ = try await hanako.say("before", in: room)
            _ = await kenji.leave(room)
            let left = await kenji.sync(since: token).token
            _ = try await hanako.say("secret", in: room)
            _ = await hanako.setState("m.room.name", #"{"name":"secret"}"#, in: room)
            await ban(kenji, by: hanako, in: room)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }

            let whole = await kenji.sync(since: token)
            #expect(whole.events(id, "timeline", "leave").compactMap { $0["content"]?["body"]?.string } == ["before"])
            let news = await kenji.sync(since: left)
            #expect(news.events(id, "timeline", "leave").compactMap { $0["content"]?["membership"]?.string } == ["ban"])
            let first = await kenji.sync(with: Self.includeLeave)
            for answer in [whole, news, first] { #expect(!answer.text.contains("secret")) }
        }
    }

    @Test func whoRefusedAnInviteGetsNothingOfTheRoom() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await hanako.createRoom(#"{"topic":"secret"}"#)
            let id = RoomID(unchecked: room)
            _ = await hanako.invite(kenji, to: room)
            let token = await kenji.firstToken()
            _ = await kenji.leave(room)
            for answer in [await kenji.sync(since: token), await kenji.sync(with: Self.includeLeave)] {
                #expect(answer.events(id, "timeline", "leave").count == 1)
                #expect(answer.events(id, "state", "leave").isEmpty)
                #expect(!answer.text.contains("secret"))
            }
        }
    }

    @Test(arguments: [false, true]) func whatCameWhileAwayIsHidden(_ fromStore: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await hanako.createRoom(visibility: "joined", kenji)
            let token = await kenji.firstToken()
            _ = try await hanako.say("before", in: room)
            _ = await kenji.leave(room)
            _ = try await hanako.say("secret", in: room)
            try await hanako.bring(kenji, into: room)
            _ = try await hanako.say("after", in: room)
            if fromStore { server.journal.log.forgetAll(before: server.journal.position) }
            let answer = await kenji.sync(since: token)
            #expect(answer.texts(RoomID(unchecked: room)) == ["before", "after"])
            #expect(await kenji.sync().texts(RoomID(unchecked: room)) == ["before", "after"])
        }
    }
}
