import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct CreateRoomTests {
    /// Types of all events, oldest first.
    private func types(_ member: TestMember, _ room: String) async -> [String] {
        await member.get(member.path(room, "messages?dir=f&limit=100")).types("chunk")
    }

    private func content(_ member: TestMember, _ room: String, _ type: String) async -> TestAnswer {
        await member.get(member.path(room, "state/\(type)"))
    }

    @Test func eventsComeInTheOrderOfTheSpecification() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(
                """
                {"preset":"public_chat","visibility":"public","room_alias_name":"pub","name":"Pub","topic":"Beer",
                 "invite":["\(kenji.user)"],"is_direct":true,
                 "initial_state":[{"type":"m.room.guest_access","content":{"guest_access":"can_join"}},
                                  {"type":"m.room.name","content":{"name":"overridden"}},
                                  {"type":"mado.portal","state_key":"x","content":{"a":1}}]}
                """)
            let expected = [
                "m.room.create", "m.room.member", "m.room.power_levels", "m.room.canonical_alias", "m.room.join_rules",
                "m.room.history_visibility", "m.room.guest_access", "mado.portal", "m.room.name", "m.room.topic",
                "m.room.member",
            ]
            #expect(await types(hanako, room) == expected)
            #expect(await content(hanako, room, "m.room.guest_access")["guest_access"]?.string == "can_join")
            #expect(await content(hanako, room, "m.room.name")["name"]?.string == "Pub")
            #expect(await content(hanako, room, "m.room.canonical_alias")["alias"]?.string == "#pub:mado.test")
            let invite = await hanako.get(hanako.path(room, "state/m.room.member/\(kenji.user)"))
            #expect(invite["is_direct"]?.bool == true && invite["membership"]?.string == "invite")
            #expect(invite["displayname"]?.string == "kenji")
            let resolved = await kenji.get("/_matrix/client/v3/directory/room/%23pub:mado.test")
            #expect(resolved["room_id"]?.string == room)
        }
    }

    @Test(arguments: [
        ("{}", "invite", "can_join"), (#"{"visibility":"public"}"#, "public", "forbidden"),
        (#"{"preset":"private_chat"}"#, "invite", "can_join"), (#"{"preset":"public_chat"}"#, "public", "forbidden"),
        (#"{"preset":"trusted_private_chat"}"#, "invite", "can_join"),
    ]) func presets(_ body: String, joinRule: String, guestAccess: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom(body)
            #expect(await content(hanako, room, "m.room.join_rules")["join_rule"]?.string == joinRule)
            #expect(await content(hanako, room, "m.room.guest_access")["guest_access"]?.string == guestAccess)
            let visibility = await content(hanako, room, "m.room.history_visibility")
            #expect(visibility["history_visibility"]?.string == "shared")
        }
    }

    @Test(arguments: ["10", "11", "12"]) func versions(_ version: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(
                """
                {"room_version":"\(version)","preset":"trusted_private_chat","invite":["\(kenji.user)"],
                 "creation_content":{"type":"m.space","creator":"@evil:mado.test","room_version":"1"}}
                """)
            let create = await hanako.get(hanako.path(room, "state/m.room.create?format=event"))
            let content = try #require(create["content"])
            #expect(content["room_version"]?.string == version)
            #expect(content["type"]?.string == "m.space")
            #expect(content["creator"]?.string == (version == "10" ? hanako.user.string : nil))
            let levels = await self.content(hanako, room, "m.room.power_levels")
            if version == "12" {
                #expect(room.dropFirst() == create["event_id"]?.string?.dropFirst() ?? "")
                #expect(!room.contains(":"))
                #expect(content["additional_creators"]?.array?.compactMap(\.string) == [kenji.user.string])
                #expect(levels["users"]?.count == 0)
                #expect(levels["events"]?["m.room.tombstone"]?.int == 150)
            } else {
                #expect(room.hasSuffix(":mado.test"))
                #expect(levels["users"]?[hanako.user.string]?.int == 100)
                #expect(levels["users"]?[kenji.user.string]?.int == 100)
            }
            #expect(await kenji.join(room).status == 200)
            #expect(await kenji.setState("m.room.name", #"{"name":"mine too"}"#, in: room).status == 200)
        }
    }

    @Test func powerLevelsAreOverridden() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom(
                #"{"power_level_content_override":{"events_default":50,"events":{"m.reaction":0}}}"#)
            let levels = await content(hanako, room, "m.room.power_levels")
            #expect(levels["events_default"]?.int == 50)
            #expect(levels["events"]?.count == 1)
            #expect(levels["users"]?[hanako.user.string]?.int == 100)
        }
    }

    @Test(arguments: [
        (#"{"room_version":"1"}"#, "400 M_UNSUPPORTED_ROOM_VERSION"),
        (#"{"room_version":10}"#, "400 M_BAD_JSON"),
        (#"{"preset":"party"}"#, "400 M_INVALID_PARAM"),
        (#"{"visibility":"secret"}"#, "400 M_INVALID_PARAM"),
        (#"{"room_alias_name":"a:b"}"#, "400 M_INVALID_PARAM"),
        (#"{"room_alias_name":"taken"}"#, "400 M_ROOM_IN_USE"),
        (#"{"invite":["kenji"]}"#, "400 M_INVALID_PARAM"),
        (#"{"invite":["@nobody:mado.test"]}"#, "404 M_NOT_FOUND"),
        (
            #"{"invite_3pid":[{"medium":"email","address":"a@b.c","id_server":"x","id_access_token":"y"}]}"#,
            "403 M_THREEPID_DENIED"
        ),
        (#"{"initial_state":[{"content":{}}]}"#, "400 M_BAD_JSON"),
        (#"{"initial_state":[{"type":"m.room.name","content":{"name":1}}]}"#, "400 M_BAD_JSON"),
        (#"{"initial_state":[{"type":"m.room.create","content":{}}]}"#, "400 M_BAD_JSON"),
        (
            ##"{"initial_state":[{"type":"m.room.canonical_alias","content":{"alias":"#taken:mado.test"}}]}"##,
            "400 M_BAD_ALIAS"
        ),
        (#"{"power_level_content_override":{"users":{}},"name":"x"}"#, "400 M_INVALID_ROOM_STATE"),
        (#"{"power_level_content_override":{"ban":"50"}}"#, "400 M_BAD_JSON"),
        (#"{"creation_content":{"type":7}}"#, "400 M_BAD_JSON"),
        (#"{"name":1.5}"#, "400 M_BAD_JSON"),
        (
            #"{"invite":[\#(repeatElement(#""@kenji:mado.test""#, count: 1001).joined(separator: ","))]}"#,
            "400 M_INVALID_PARAM"
        ),
        (#"{"name":"\#(String(repeating: "n", count: 70_000))"}"#, "413 M_TOO_LARGE"),
    ]) func refusals(_ body: String, outcome: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            _ = try await hanako.createRoom(#"{"room_alias_name":"taken"}"#)
            let before = try await server.store.read { try $0.roomCount() }
            #expect(await hanako.post("/_matrix/client/v3/createRoom", body).outcome == outcome)
            // All or nothing: no room is left half made.
            #expect(try await server.store.read { try $0.roomCount() } == before)
            #expect(await hanako.get("/_matrix/client/v3/joined_rooms")["joined_rooms"]?.count == 1)
        }
    }

    @Test func versionByConfiguration() async throws {
        var configuration = Rooms.Configuration()
        configuration.defaultRoomVersion = .v11
        try await RouteHarness.withRooms(rooms: configuration) { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            #expect(await content(hanako, room, "m.room.create")["room_version"]?.string == "11")
        }
    }

    @Test func guestsMakeNoRooms() async throws {
        try await RouteHarness.withRooms(configuration: .test.with { $0.allowsGuests = true }) { server, _ in
            let guest = try await server.guest()
            #expect(await guest.post("/_matrix/client/v3/createRoom").outcome == "403 M_GUEST_ACCESS_FORBIDDEN")
        }
    }
}
