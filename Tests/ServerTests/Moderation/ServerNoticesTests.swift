import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Source: Client-Server API, "Server Notices".
@Suite struct ServerNoticesTests {
    private static func notices(_ server: RouteHarness) -> ServerNotices {
        let rooms = Rooms(journal: server.journal, serverName: RouteHarness.serverName, clock: server.clock.clock)
        return ServerNotices(journal: server.journal, rooms: rooms)
    }

    @Test func oneRoomForAMemberWhoCannotRefuseIt() async throws {
        try await SyncHarness.run { server in
            let notices = Self.notices(server)
            let kenji = try await server.member("kenji")
            async let one = notices.send("The office moves", to: kenji.user)
            async let other = notices.send("To the harbour", to: kenji.user)
            let sent = try await [one, other]
            #expect(sent[0].room == sent[1].room)
            let room = sent[0].room.string

            let synced = await kenji.sync()
            #expect(synced["rooms"]?["invite"]?[room] != nil)
            let tags = await kenji.get("/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags")
            #expect(tags["tags"]?["m.server_notice"]?.isObject == true)
            #expect(await kenji.leave(room).outcome == "403 M_CANNOT_LEAVE_SERVER_NOTICE_ROOM")
            #expect(await kenji.join(room).status == 200)
            let page = await kenji.get(kenji.path(room, "messages?dir=f&limit=50"))
            let found = page["chunk"]?.array?.filter { $0["type"]?.string == "m.room.message" } ?? []
            #expect(Set(found.compactMap { $0.string("content", "body") }) == ["The office moves", "To the harbour"])
            #expect(found.allSatisfy { $0.string("content", "msgtype") == "m.server_notice" })
            #expect(found.allSatisfy { $0["sender"]?.string == "@_server:mado.test" })

            // Who left gets the next one in the same room.
            #expect(await kenji.leave(room).status == 200)
            #expect(try await notices.send("Lifts are out of order", to: kenji.user).room.string == room)
            #expect(await kenji.sync()["rooms"]?["invite"]?[room] != nil)
        }
    }

    @Test func whatCannotBeSent() async throws {
        try await SyncHarness.run { server in
            let notices = Self.notices(server)
            let kenji = try await server.member("kenji")
            await #expect(throws: MatrixError.self) { try await notices.send("", to: kenji.user) }
            await #expect(throws: MatrixError.self) {
                try await notices.send("x", to: UserID(unchecked: "@nobody:mado.test"))
            }
            // Nobody becomes the server by its name.
            let answer = await server.request(
                .post, "/_matrix/client/v3/register", body: #"{"username":"_server","password":"correct horse"}"#)
            #expect(answer.error == "M_INVALID_USERNAME")
        }
    }
}
