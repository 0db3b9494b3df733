import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct DemonstrationTests {
    @Test func fillsAnEmptyServerOnce() async throws {
        try await RouteHarness.withRooms { server, capabilities in
            let media = try MediaCapability(server)
            let demonstration = Demonstration(
                accounts: server.accounts, rooms: capabilities.rooms, receipts: capabilities.receipts,
                accountData: AccountData(journal: server.journal, pushRules: server.pushRules),
                profiles: server.profiles, media: media.repository, clock: server.clock.clock)
            #expect(try await demonstration.fill())
            #expect(try await !demonstration.fill())
            #expect(Demonstration.names.count == 8)

            let login = await server.request(
                .post, "/_matrix/client/v3/login",
                body: """
                    {"type":"m.login.password","identifier":{"type":"m.id.user","user":"hanako"},
                     "password":"\(Demonstration.password)"}
                    """)
            let token = try #require(login["access_token"]?.string)
            let picture = await server.request(.get, "/_matrix/client/v3/profile/@hanako:mado.test/avatar_url")
            let uri = try #require(ContentURI(picture["avatar_url"]?.string ?? ""))
            let file = try await media.repository.download(uri.id)
            #expect(file.content.type == "image/png")
            #expect(PictureFormat(of: file.file) == .png)
            let rooms = await server.request(.get, "/_matrix/client/v3/joined_rooms", token: token)
            #expect(rooms["joined_rooms"]?.count == 6)
            let listed = await server.request(.get, "/_matrix/client/v3/publicRooms", token: token)
            #expect(listed["chunk"]?.first?["canonical_alias"]?.string == "#lobby:mado.test")

            let hanako = UserID(localpart: "hanako", server: RouteHarness.serverName)
            let data = try await server.store.read { reader in
                (
                    events: try reader.events(after: 0, through: .max, limit: 10_000),
                    direct: try reader.accountData(of: hanako, room: nil, type: "m.direct")?.json
                )
            }
            // In time as in the journal, and nothing in the future.
            for (earlier, later) in zip(data.events, data.events.dropFirst()) {
                // Joins follow the making of a room by seconds, and another room may have begun in between.
                #expect(earlier.timestamp <= later.timestamp + 5 * 60_000)
                #expect(earlier.roomID != later.roomID || earlier.timestamp <= later.timestamp)
            }
            #expect(data.events.allSatisfy { $0.timestamp <= server.clock.now })
            #expect(json(String(decoding: data.direct ?? [], as: UTF8.self)).count == 3)
        }
    }
}
