import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct IgnoredUsersTests {
    private func ignore(_ other: TestMember?, by member: TestMember) async {
        let users = other.map { #""\#($0.user)":{}"# } ?? ""
        _ = await member.put(
            "/_matrix/client/v3/user/\(member.user)/account_data/m.ignored_user_list",
            #"{"ignored_users":{\#(users)}}"#)
    }

    @Test func messagesOfTheIgnoredDoNotArrive() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await server.room(hanako, kenji, maria)
            await kenji.say("before", in: room)
            await ignore(kenji, by: hanako)
            let start = await hanako.sync()
            #expect(start.texts(room) == [])
            #expect(start.room(room)?["unread_notifications"]?["notification_count"]?.int == 0)
            await kenji.say("unheard", in: room)
            await maria.say("heard", in: room)
            // State is what the room is made of, whoever set it.
            _ = await kenji.put("/_matrix/client/v3/profile/\(kenji.user)/displayname", #"{"displayname":"K"}"#)
            let next = await hanako.sync(since: start.token)
            #expect(next.texts(room) == ["heard"])
            #expect(next.room(room)?["unread_notifications"]?["notification_count"]?.int == 1)
            #expect(next.events(room, "timeline").contains { $0["sender"]?.string == kenji.user.string })
            #expect(await maria.sync().texts(room).contains("unheard"))

            let page = await hanako.get("/_matrix/client/v3/rooms/\(room)/messages?dir=b&limit=50")
            #expect(page.texts("chunk") == ["heard"])
            await ignore(nil, by: hanako)
            #expect(await hanako.sync().texts(room) == ["before", "unheard", "heard"])
        }
    }

    @Test func invitesOfTheIgnoredDoNotArrive() async throws {
        try await SyncHarness.run { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let start = await hanako.firstToken()
            await ignore(kenji, by: hanako)
            let room = try await kenji.createRoom(#"{"invite":["\#(hanako.user)"]}"#)
            for since in [nil, start] {
                let answer = await hanako.sync(since: since)
                #expect(answer["rooms"]?["invite"]?[room] == nil)
            }
            await ignore(nil, by: hanako)
            #expect(await hanako.sync()["rooms"]?["invite"]?[room] != nil)
        }
    }
}
