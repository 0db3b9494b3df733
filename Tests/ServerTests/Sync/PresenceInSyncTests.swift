import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct PresenceInSyncTests {
    private func presence(of member: TestMember, in answer: TestAnswer) -> String? {
        answer["presence"]?["events"]?.array?.first { $0["sender"]?.string == member.user.string }?["content"]?[
            "presence"]?.string
    }

    /// Presence that was there before two people met is told when they meet, to both.
    @Test func whoMeetsInARoomSeesOneAnother() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako)
            _ = await hanako.sync()
            _ = await kenji.sync()
            let (ofHanako, ofKenji) = (await hanako.sync().token, await kenji.sync().token)
            let apart = await kenji.sync(since: ofKenji)
            #expect(presence(of: hanako, in: apart) == nil, "they share no room")

            #expect(await kenji.post("/_matrix/client/v3/join/\(room)").status == 200)
            let seenByHanako = await hanako.sync(since: ofHanako)
            #expect(presence(of: kenji, in: seenByHanako) == "online")
            let seenByKenji = await kenji.sync(since: apart.token)
            #expect(presence(of: hanako, in: seenByKenji) == "online")
            let later = await kenji.sync(since: seenByKenji.token)
            #expect(presence(of: hanako, in: later) == nil, "told once")
        }
    }

    @Test func anInvitationAloneShowsNobody() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako)
            _ = await hanako.sync()
            let token = await kenji.firstToken()
            let invitation = await hanako.post(
                "/_matrix/client/v3/rooms/\(room)/invite", #"{"user_id":"\#(kenji.user)"}"#)
            #expect(invitation.status == 200)
            let answer = await kenji.sync(since: token)
            #expect(answer.room(room, "invite") != nil)
            #expect(presence(of: hanako, in: answer) == nil)
        }
    }
}
