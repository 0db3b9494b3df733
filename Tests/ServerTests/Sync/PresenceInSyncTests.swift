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

    /// A token from before many strangers came tells of whom the member sees, and of them once.
    @Test func amongManyChangesOnlyThoseOfOnesOwnPeopleAreTold() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji, maria) = (
                try await server.member("hanako"), try await server.member("kenji"), try await server.member("maria")
            )
            let room = try await server.room(hanako)
            #expect(await kenji.post("/_matrix/client/v3/join/\(room)").status == 200)
            _ = await maria.sync()
            let token = await hanako.firstToken()
            for number in 0..<20 { _ = await (try await server.member("stranger\(number)")).sync() }
            _ = await kenji.sync()
            let answer = await hanako.sync(since: token)
            #expect(presence(of: kenji, in: answer) == "online")
            let senders = answer["presence"]?["events"]?.array?.compactMap { $0["sender"]?.string } ?? []
            #expect(Set(senders).isSubset(of: [hanako.user.string, kenji.user.string]), "\(senders)")
            let later = await hanako.sync(since: answer.token)
            #expect(presence(of: kenji, in: later) == nil, "told once")
        }
    }
}
