import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Source: Client-Server API, "Account suspension".
@Suite struct SuspensionTests {
    private static func path(_ user: UserID) -> String { "/_matrix/client/v1/admin/suspend/\(user)" }

    @Test func whoIsSuspendedLooksAndDoesNotAct() async throws {
        try await RouteHarness.withRooms { server, _ in
            let boss = try await server.member("boss", isAdministrator: true)
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            try await hanako.bring(kenji, into: room)
            let open = try await hanako.createRoom(#"{"preset":"public_chat"}"#)
            let own = try await kenji.say("mine", in: room)
            let others = try await hanako.say("hers", in: room)
            #expect(await boss.put(Self.path(kenji.user), #"{"suspended":true}"#)["suspended"]?.bool == true)
            #expect(await boss.get(Self.path(kenji.user))["suspended"]?.bool == true)

            let message = #"{"msgtype":"m.text","body":"x"}"#
            let v3 = "/_matrix/client/v3"
            let refused = [
                await kenji.put(kenji.path(room, "send/m.room.message/t"), message),
                await kenji.put(kenji.path(room, "send/m.room.redaction/t2"), #"{"redacts":"\#(others)"}"#),
                await kenji.put(kenji.path(room, "redact/\(others)/t3")),
                await kenji.setState("m.room.topic", #"{"topic":"x"}"#, in: room),
                await kenji.join(open), await kenji.post("\(v3)/knock/\(open)"),
                await kenji.invite(hanako, to: room), await kenji.post("\(v3)/createRoom"),
                await kenji.put("\(v3)/profile/\(kenji.user)/displayname", #"{"displayname":"K"}"#),
                await kenji.delete("\(v3)/profile/\(kenji.user)/displayname"),
                await kenji.post(kenji.path(room, "kick"), #"{"user_id":"\#(hanako.user)"}"#),
                await kenji.post(kenji.path(room, "upgrade"), #"{"new_version":"11"}"#),
                await kenji.put("\(v3)/directory/room/%23k:mado.test", #"{"room_id":"\#(room)"}"#),
            ]
            #expect(refused.map(\.outcome) == refused.map { _ in "403 M_USER_SUSPENDED" })

            // What the specification lets a suspended member do.
            #expect(await kenji.get(kenji.path(room, "messages?dir=b")).status == 200)
            let again = try await server.logIn("kenji")
            #expect(await again.put(kenji.path(room, "send/m.room.message/t"), message).status == 403)
            #expect(await kenji.put(kenji.path(room, "redact/\(own)/t4")).status == 200)
            let leaving = await kenji.put(
                kenji.path(room, "state/m.room.member/\(kenji.user)"), #"{"membership":"leave"}"#)
            #expect(leaving.status == 200)

            #expect(await boss.put(Self.path(kenji.user), #"{"suspended":false}"#).status == 200)
            #expect(await kenji.join(open).status == 200)
        }
    }

    @Test func whoIsSuspendedAddsNothingToThePortalAndUploadsNothing() async throws {
        try await PortalContent.run { content in
            let kenji = try await content.server.member("kenji")
            try await content.roles.add(Boards.announcerRole, to: kenji.user)
            try await content.server.accounts.setSuspended(true, kenji.user)
            let announcements = "/_mado/v1/announcements"
            let live = "/_mado/v1/channels/!a:mado.test/live"
            let refused = [
                await kenji.post(announcements, #"{"audience":{"kind":"all"},"title":"x"}"#),
                await kenji.put(announcements + "/a", #"{"title":"x"}"#), await kenji.delete(announcements + "/a"),
                await kenji.put("/_mado/v1/apps/!a:mado.test/submissions/a"),
                await kenji.put(live + "/index.m3u8"), await kenji.delete(live),
                await kenji.upload([1]), await kenji.post("/_matrix/media/v1/create"),
                await kenji.upload([1], to: "/_matrix/media/v3/upload/mado.test/a", method: .put),
            ]
            #expect(refused.map(\.outcome) == refused.map { _ in "403 M_USER_SUSPENDED" })
        }
    }

    @Test func onlyAdministratorsSuspendAndNotOneAnother() async throws {
        try await RouteHarness.withRooms { server, _ in
            let boss = try await server.member("boss", isAdministrator: true)
            let kenji = try await server.member("kenji")
            let body = #"{"suspended":true}"#
            #expect(await kenji.put(Self.path(boss.user), body).outcome == "403 M_FORBIDDEN")
            #expect(await kenji.get(Self.path(kenji.user)).outcome == "403 M_FORBIDDEN")
            #expect(await boss.put(Self.path(boss.user), body).outcome == "403 M_FORBIDDEN")
            #expect(await boss.put(Self.path(kenji.user)).outcome == "400 M_MISSING_PARAM")
            #expect(await boss.put(Self.path(kenji.user), #"{"suspended":1}"#).outcome == "400 M_BAD_JSON")
            let nobody = UserID(unchecked: "@nobody:mado.test")
            #expect(await boss.put(Self.path(nobody), body).outcome == "404 M_NOT_FOUND")
            let capabilities = await boss.get("/_matrix/client/v3/capabilities")["capabilities"]
            #expect(capabilities?["m.account_moderation"]?["suspend"]?.bool == true)
        }
    }
}
