import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite struct PortalTests {
    @Test func everyMemberIsInTheSpaceFromTheFirstMomentOn() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let space = try #require(capabilities.portal.space)
            let answer = await server.request(
                .post, "/_matrix/client/v3/register",
                body: #"{"username":"hanako","password":"correct horse","auth":{"type":"m.login.dummy"}}"#)
            let hanako = TestMember(
                server: server, user: UserID(unchecked: "@hanako:mado.test"), device: DeviceID(unchecked: "A"),
                token: try #require(answer["access_token"]?.string))
            let kenji = try await server.member("kenji")
            for member in [hanako, kenji] {
                let sync = await member.sync()
                #expect(sync.room(space) != nil)
                let portal = await member.get("/_mado/v1/portal")
                #expect(portal["space_id"]?.string == space.string)
                #expect(portal["name"]?.string == "Mado")
                #expect(portal["rooms"]?.count == 0)
            }
            // Nobody but the portal speaks in it, and guests and strangers see nothing of it.
            let said = await hanako.put(
                "/_matrix/client/v3/rooms/\(space)/send/m.room.message/1", #"{"msgtype":"m.text","body":"x"}"#)
            #expect(said.outcome == "403 M_FORBIDDEN")
            #expect(await server.request(.get, "/_mado/v1/portal").status == 401)
            let people = await hanako.post("/_matrix/client/v3/user_directory/search", #"{"search_term":"mado"}"#)
            #expect(people["results"]?.count == 0)
        }
    }

    @Test func nobodyBecomesThePortal() async throws {
        try await RouteHarness.withPortal { server, _ in
            for name in ["mado", "MADO"] {
                let register = await server.request(
                    .post, "/_matrix/client/v3/register",
                    body: #"{"username":"\#(name)","password":"correct horse","auth":{"type":"m.login.dummy"}}"#)
                #expect(register.outcome == "400 M_EXCLUSIVE")
                await #expect(throws: MatrixError.self) {
                    try await server.accounts.create(name: name, password: "correct horse")
                }
            }
            let login = await server.request(
                .post, "/_matrix/client/v3/login",
                body: """
                    {"type":"m.login.password","identifier":{"type":"m.id.user","user":"mado"},"password":""}
                    """)
            #expect(login.outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func aMemberOfOldWithThePortalsNameIsNotOverrun() async throws {
        try await RouteHarness.run(adding: { _, _ in }) { server in
            let rooms = Rooms(journal: server.journal, serverName: RouteHarness.serverName)
            let portal = Portal(rooms: rooms, settings: PortalSettings())
            try await server.journal.write { transaction in
                try Accounts.insert(
                    StoredAccount(user: portal.account, passwordHash: "x", kind: .member, created: 0),
                    displayName: "Mado", in: transaction)
            }
            await #expect(throws: MatrixError.self) { try await portal.prepare() }
            #expect(portal.space == nil)
        }
    }

    @Test func itsRoomsAreNotClosed() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let portal = capabilities.portal
            let moderation = RoomModeration(journal: server.journal, portal: portal, clock: server.clock.clock)
            let weather = try await capabilities.feed("weather")
            for room in [try portal.requireSpace(), weather] {
                await #expect(throws: MatrixError.self) { try await moderation.close(room) }
                #expect(try await moderation.room(room).isClosed == false)
            }
            try await portal.removeRoom(weather)
            try await moderation.close(weather)
            #expect(try await moderation.room(weather).isClosed)
        }
    }

    @Test func aRoomThatWasClosedKeepsTheOthersFromNothing() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let closed = try await capabilities.feed("closed", order: "0")
            let weather = try await capabilities.feed("weather", order: "1")
            try await RoomModeration(journal: server.journal, clock: server.clock.clock).close(closed)
            let boss = try await server.member("boss", isAdministrator: true)
            try await capabilities.portal.updateAdministrators()
            let level = try await server.journal.room(weather)?.levels?.level(of: boss.user)
            #expect(level == .level(Portal.Level.administrator))
        }
    }

    @Test func whoLeavesAFeedStaysAway() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let hanako = try await server.member("hanako")
            let weather = try await capabilities.feed("weather", order: "1")
            let extra = try await capabilities.feed("extra", isDefault: false, order: "0")
            let kenji = try await server.member("kenji")
            for member in [hanako, kenji] {
                let rooms = await member.get("/_mado/v1/portal")["rooms"]?.array.map(Array.init) ?? []
                #expect(rooms.map { $0["room_id"]?.string } == [extra.string, weather.string])
                #expect(rooms.map { $0["membership"]?.string } == ["leave", "join"])
                #expect(rooms.map { $0["default_subscribed"]?.bool } == [false, true])
                #expect(rooms.map { $0["feed"]?.string } == ["extra", "weather"])
                #expect(rooms.map { $0["room_type"]?.string } == ["mado.feed", "mado.feed"])
            }
            #expect(await hanako.leave(weather.string).status == 200)
            #expect(await hanako.join(extra.string).status == 200)
            try await capabilities.portal.prepare()
            let room = try #require(try await server.journal.room(weather))
            #expect(!room.isJoined(hanako.user))
            #expect(room.isJoined(kenji.user))
            #expect(try await server.journal.room(extra)?.isJoined(hanako.user) == true)
            // Members read; they do not write.
            let said = await kenji.put(
                "/_matrix/client/v3/rooms/\(weather)/send/m.room.message/1", #"{"msgtype":"m.text","body":"x"}"#)
            #expect(said.outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func aRoomForAnAudienceHasThoseAloneInIt() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            var creation = PortalRoomCreation(
                type: .board, name: "Nurses", description: json(#"{"audience":{"kind":"role","role":"nurse"}}"#))
            creation.access = .audience
            let board = try await capabilities.portal.makeRoom(creation)
            try await capabilities.portal.join([hanako.user], to: board)
            #expect(await hanako.get("/_mado/v1/portal")["rooms"]?.count == 1)
            #expect(await kenji.get("/_mado/v1/portal")["rooms"]?.count == 0)
            #expect(await kenji.join(board.string).outcome == "403 M_FORBIDDEN")
            // Taken out and put in again, by the audience; not put in again after leaving by oneself.
            try await capabilities.portal.remove([hanako.user], from: board)
            #expect(try await server.journal.room(board)?.isJoined(hanako.user) == false)
            try await capabilities.portal.join([hanako.user], to: board)
            #expect(try await server.journal.room(board)?.isJoined(hanako.user) == true)
            #expect(await hanako.leave(board.string).status == 200)
            try await capabilities.portal.join([hanako.user], to: board)
            #expect(try await server.journal.room(board)?.isJoined(hanako.user) == false)
        }
    }

    @Test func administratorsOfThePortalHaveTheirLevel() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let hanako = try await server.member("hanako")
            let feed = try await capabilities.feed("news")
            func level(in room: RoomID?) async throws -> Int64? {
                guard let room else { return nil }
                let levels = try await server.journal.room(room)?.stateEvent(StateKey("m.room.power_levels"))
                return levels?.content["users"]?[hanako.user.string]?.int
            }
            #expect(try await level(in: feed) == nil)
            try await capabilities.roles.add("portal-admin", to: hanako.user)
            #expect(try await level(in: feed) == 50)
            #expect(try await level(in: capabilities.portal.space) == 50)
            let topic = await hanako.setState("m.room.topic", #"{"topic":"What is new"}"#, in: feed.string)
            #expect(topic.status == 200)
            try await capabilities.portal.tellAdministrators("The provider weather fails")
            let sync = await hanako.sync()
            #expect(sync.text.contains("The provider weather fails"))
            try await capabilities.roles.remove("portal-admin", from: hanako.user)
            #expect(try await level(in: feed) == nil)
            try await capabilities.portal.tellAdministrators("Nobody hears this")
            #expect(!(await hanako.sync()).text.contains("Nobody hears this"))
            await #expect(throws: MatrixError.self) { try await capabilities.roles.add("No Role", to: hanako.user) }
            await #expect(throws: MatrixError.self) {
                try await capabilities.roles.add("nurse", to: UserID(unchecked: "@nobody:mado.test"))
            }
        }
    }

    @Test func aRestartFindsThePortalAndTakesItsNewName() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let hanako = try await server.member("hanako")
            let feed = try await capabilities.feed("news")
            var settings = PortalSettings()
            settings.name = "Klinik Süd"
            let again = Portal(rooms: capabilities.rooms, settings: settings)
            try await again.prepare()
            #expect(again.space == capabilities.portal.space)
            let space = try #require(again.space)
            let room = try #require(try await server.journal.room(space))
            #expect(room.text("m.room.name", "name") == "Klinik Süd")
            #expect(room.stateEvent(StateKey("mado.portal"))?.content["name"]?.string == "Klinik Süd")
            let name = try await server.journal.room(feed)?.members[again.account]?.content["displayname"]?.string
            #expect(name == "Klinik Süd")
            #expect(try await again.rooms(ofType: .feed).map(\.id) == [feed])
            let position = server.journal.position
            try await again.prepare()
            #expect(server.journal.position == position, "a start changes nothing when nothing changed")

            try await again.removeRoom(feed)
            #expect(await hanako.get("/_mado/v1/portal")["rooms"]?.count == 0)
            #expect(try await server.journal.room(feed)?.isJoined(hanako.user) == false)
            #expect(await hanako.join(feed.string).outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func thereMayBeNone() async throws {
        var settings = PortalSettings()
        settings.isEnabled = false
        try await RouteHarness.withPortal(settings: settings) { server, capabilities in
            let hanako = try await server.member("hanako")
            #expect(await hanako.get("/_mado/v1/portal").outcome == "404 M_NOT_FOUND")
            #expect(await hanako.get("/_matrix/client/v3/joined_rooms")["joined_rooms"]?.count == 0)
            await #expect(throws: MatrixError.self) { try await capabilities.feed("news") }
        }
    }

    @Test func manyMembersJoinAFewAtATime() async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let count = 2_000
            try await server.journal.write { transaction in
                for number in 0..<count {
                    let user = UserID(localpart: "m\(number)", server: RouteHarness.serverName)
                    try transaction.store.insertAccount(
                        StoredAccount(user: user, passwordHash: nil, kind: .member, created: 0))
                }
            }
            let before = server.journal.statistics
            try await capabilities.portal.prepare()
            let joins = server.journal.statistics
            // A join is one change, and two hundred are one proposal.
            #expect(joins.changes - before.changes == Int64(count))
            #expect(joins.proposals - before.proposals == 10)
            let space = try #require(capabilities.portal.space)
            #expect(try await server.journal.room(space)?.joinedCount == count + 1)
        }
    }
}
