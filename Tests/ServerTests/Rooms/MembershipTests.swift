import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct MembershipTests {
    private func membership(_ viewer: TestMember, _ user: TestMember, _ room: String) async -> String? {
        await viewer.get(viewer.path(room, "state/m.room.member/\(user.user)"))["membership"]?.string
    }

    private func act(_ actor: TestMember, _ action: String, _ target: TestMember, _ room: String) async -> String {
        await actor.post(actor.path(room, action), #"{"user_id":"\#(target.user)","reason":"because"}"#).outcome
    }

    @Test func joiningByIdentifierAndByAlias() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(#"{"preset":"public_chat","room_alias_name":"pub"}"#)
            let byAlias = await kenji.post("/_matrix/client/v3/join/%23pub:mado.test?server_name=elsewhere")
            #expect(byAlias["room_id"]?.string == room)
            let event = await kenji.get(kenji.path(room, "state/m.room.member/\(kenji.user)?format=event"))
            // Once more changes nothing.
            #expect(await kenji.post("/_matrix/client/v3/join/\(room)", #"{"reason":"again"}"#).status == 200)
            let after = await kenji.get(kenji.path(room, "state/m.room.member/\(kenji.user)?format=event"))
            #expect(after["event_id"]?.string == event["event_id"]?.string)
            #expect(after["content"]?["displayname"]?.string == "kenji")
            #expect(await kenji.get("/_matrix/client/v3/joined_rooms")["joined_rooms"]?.first?.string == room)
            #expect(await kenji.post("/_matrix/client/v3/join/%23none:mado.test").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.post("/_matrix/client/v3/join/!none:mado.test").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.post("/_matrix/client/v3/join/none").outcome == "400 M_INVALID_PARAM")
        }
    }

    @Test func invitesAcceptedRefusedAndTakenBack() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            #expect(await kenji.join(room).outcome == "403 M_FORBIDDEN")
            #expect(await act(kenji, "invite", hanako, room) == "403 M_FORBIDDEN")
            #expect(await act(hanako, "invite", kenji, room) == "200")
            #expect(await kenji.leave(room).status == 200)
            #expect(await kenji.leave(room).status == 200, "leaving twice is leaving once")
            #expect(await membership(hanako, kenji, room) == "leave")
            #expect(await kenji.join(room).outcome == "403 M_FORBIDDEN")
            #expect(await act(hanako, "invite", kenji, room) == "200")
            #expect(await act(hanako, "kick", kenji, room) == "200")
            #expect(await kenji.join(room).outcome == "403 M_FORBIDDEN")
            try await hanako.bring(kenji, into: room)
            #expect(await act(hanako, "invite", kenji, room) == "403 M_FORBIDDEN")
            let nobody = await hanako.post(hanako.path(room, "invite"), #"{"user_id":"@nobody:mado.test"}"#)
            #expect(nobody.outcome == "404 M_NOT_FOUND")
            let email = #"{"id_server":"a","id_access_token":"b","medium":"email","address":"a@b.c"}"#
            #expect(await hanako.post(hanako.path(room, "invite"), email).outcome == "403 M_THREEPID_DENIED")
            #expect(await hanako.post(hanako.path(room, "invite"), "{}").outcome == "400 M_MISSING_PARAM")
        }
    }

    @Test func removingAndBanning() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await hanako.createRoom(#"{"preset":"public_chat"}"#)
            _ = await kenji.join(room)
            #expect(await act(hanako, "kick", maria, room) == "403 M_FORBIDDEN", "is not in the room")
            #expect(await act(kenji, "kick", hanako, room) == "403 M_FORBIDDEN")
            #expect(await act(kenji, "ban", hanako, room) == "403 M_FORBIDDEN")
            #expect(await act(hanako, "unban", kenji, room) == "403 M_BAD_STATE")
            #expect(await act(hanako, "ban", kenji, room) == "200")
            #expect(await membership(hanako, kenji, room) == "ban")
            #expect(await kenji.join(room).outcome == "403 M_FORBIDDEN")
            #expect(await kenji.leave(room).outcome == "403 M_FORBIDDEN")
            #expect(await act(hanako, "invite", kenji, room) == "403 M_FORBIDDEN")
            #expect(await act(hanako, "kick", kenji, room) == "403 M_FORBIDDEN", "would lift the ban")
            #expect(await act(maria, "unban", kenji, room) == "403 M_FORBIDDEN")
            #expect(await act(hanako, "unban", kenji, room) == "200")
            #expect(await kenji.join(room).status == 200)
            let event = await hanako.get(hanako.path(room, "messages?dir=b&limit=2"))
            #expect(event.text.contains(#""reason":"because""#))
        }
    }

    @Test func knocking() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let closed = try await hanako.createRoom()
            let room = try await hanako.createRoom(
                #"{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}"#)
            let knock = "/_matrix/client/v3/knock/"
            #expect(await kenji.post(knock + closed).outcome == "403 M_FORBIDDEN")
            #expect(await kenji.post(knock + "!none:mado.test").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.post(knock + room, #"{"reason":"please"}"#)["room_id"]?.string == room)
            let event = await hanako.get(hanako.path(room, "state/m.room.member/\(kenji.user)"))
            #expect(event["membership"]?.string == "knock" && event["reason"]?.string == "please")
            #expect(await kenji.join(room).outcome == "403 M_FORBIDDEN")
            try await hanako.bring(kenji, into: room)
            #expect(await kenji.post(knock + room).outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func restrictedRooms() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let team = try await hanako.createRoom(#"{"preset":"public_chat"}"#)
            _ = await kenji.join(team)
            let room = try await hanako.createRoom(
                """
                {"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"restricted",
                  "allow":[{"type":"m.room_membership","room_id":"\(team)"},{"type":"other"}]}}]}
                """)
            #expect(await maria.join(room).outcome == "403 M_FORBIDDEN")
            // Nobody vouches for oneself.
            let forged = await maria.setState(
                "m.room.member",
                #"{"membership":"join","join_authorised_via_users_server":"\#(hanako.user)"}"#,
                key: maria.user.string, in: room)
            #expect(forged.outcome == "403 M_FORBIDDEN")
            #expect(await kenji.join(room).status == 200)
            let event = await hanako.get(hanako.path(room, "state/m.room.member/\(kenji.user)"))
            #expect(event["join_authorised_via_users_server"]?.string == hanako.user.string)
            try await hanako.bring(maria, into: room)
            let invited = await hanako.get(hanako.path(room, "state/m.room.member/\(maria.user)"))
            #expect(invited["join_authorised_via_users_server"] == nil)

            // Nobody is left who may invite.
            let levels = #"{"users":{"\#(hanako.user)":100},"invite":100}"#
            #expect(await hanako.setState("m.room.power_levels", levels, in: room).status == 200)
            _ = await kenji.leave(room)
            _ = await hanako.leave(room)
            #expect(await kenji.join(room).outcome == "400 M_UNABLE_TO_GRANT_JOIN")
        }
    }

    @Test func membershipsThroughStateFollowTheSameRules() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            func set(_ actor: TestMember, _ content: String, _ target: String) async -> String {
                await actor.setState("m.room.member", content, key: target, in: room).outcome
            }
            #expect(await set(kenji, #"{"membership":"join"}"#, kenji.user.string) == "403 M_FORBIDDEN")
            #expect(await set(hanako, #"{"membership":"join"}"#, kenji.user.string) == "403 M_FORBIDDEN")
            #expect(await set(hanako, #"{"membership":"invite"}"#, "@nobody:mado.test") == "404 M_NOT_FOUND")
            #expect(await set(hanako, #"{"membership":"invite"}"#, "nobody") == "400 M_BAD_JSON")
            #expect(await set(hanako, #"{"membership":"guest"}"#, kenji.user.string) == "400 M_BAD_JSON")
            // A name that somebody gives to somebody else does not count.
            let invite = #"{"membership":"invite","displayname":"Stupid","third_party_invite":{}}"#
            #expect(await set(hanako, invite, kenji.user.string) == "200")
            let event = await hanako.get(hanako.path(room, "state/m.room.member/\(kenji.user)"))
            #expect(event["displayname"]?.string == "kenji" && event["third_party_invite"] == nil)
            #expect(await set(kenji, #"{"membership":"join","displayname":"Ken"}"#, kenji.user.string) == "200")
            let joined = await hanako.get(hanako.path(room, "joined_members"))
            #expect(joined["joined"]?[kenji.user.string]?["display_name"]?.string == "Ken")
            #expect(await set(hanako, #"{"membership":"ban"}"#, kenji.user.string) == "200")
        }
    }

    @Test func guestsJoinWhereTheyMay() async throws {
        try await RouteHarness.withRooms(configuration: .test.with { $0.allowsGuests = true }) { server, _ in
            let hanako = try await server.member("hanako")
            let guest = try await server.guest()
            let closed = try await hanako.createRoom(#"{"preset":"public_chat"}"#)
            let open = try await hanako.createRoom(
                """
                {"preset":"public_chat",
                 "initial_state":[{"type":"m.room.guest_access","content":{"guest_access":"can_join"}}]}
                """)
            #expect(await guest.join(closed).outcome == "403 M_GUEST_ACCESS_FORBIDDEN")
            let asState = await guest.setState(
                "m.room.member", #"{"membership":"join"}"#, key: guest.user.string, in: closed)
            #expect(asState.outcome == "403 M_GUEST_ACCESS_FORBIDDEN")
            #expect(await guest.join(open).status == 200)
            #expect(await act(guest, "invite", hanako, open) == "403 M_GUEST_ACCESS_FORBIDDEN")
        }
    }

    @Test func joinsAreLimited() async throws {
        let limits = [RateLimitGroup.membership: RateLimit(perSecond: 1, burst: 2)]
        try await RouteHarness.withRooms(limits: limits) { server, _ in
            let hanako = try await server.member("hanako")
            #expect(await hanako.post("/_matrix/client/v3/createRoom").status == 200)
            #expect(await hanako.post("/_matrix/client/v3/createRoom").status == 200)
            #expect(await hanako.post("/_matrix/client/v3/createRoom").outcome == "429 M_LIMIT_EXCEEDED")
        }
    }
}
