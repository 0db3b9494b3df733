import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Source: Application Service API, "Identity assertion", "Server admin style permissions".
@Suite struct ServiceIdentityTests {
    private static let whoami = "/_matrix/client/v3/account/whoami"

    @Test func aServiceActsAsItsUsersAndNobodyElse() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            let kenji = try await scene.server.member("kenji")
            #expect(await scene.ask(.get, Self.whoami)["user_id"]?.string == "@_irc_bot:mado.test")
            #expect(await scene.ask(.get, Self.whoami)["device_id"] == nil)
            #expect(await scene.register("_irc_anna")["user_id"]?.string == "@_irc_anna:mado.test")
            #expect(await scene.ask(.get, Self.whoami, as: "_irc_anna")["user_id"]?.string == "@_irc_anna:mado.test")
            #expect(await scene.ask(.get, Self.whoami, as: "_irc_ben").outcome == "403 M_FORBIDDEN")
            #expect(await scene.ask(.get, Self.whoami, as: "kenji").outcome == "403 M_FORBIDDEN")
            #expect(await scene.ask(.get, Self.whoami + "?device_id=NONE").outcome == "400 M_UNKNOWN_DEVICE")
            // A member's own token takes no other's name.
            let own = await kenji.get(Self.whoami + "?user_id=%40_irc_anna:mado.test")
            #expect(own["user_id"]?.string == kenji.user.string)
        }
    }

    @Test func devicesAreMadeAndDeletedWithoutAPassword() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            #expect(await scene.register("_irc_anna").status == 200)
            let device = "/_matrix/client/v3/devices/PHONE"
            #expect(await scene.ask(.put, device, as: "_irc_anna", body: #"{"display_name":"p"}"#).status == 200)
            let answer = await scene.ask(.get, Self.whoami + "?device_id=PHONE", as: "_irc_anna")
            #expect(answer["device_id"]?.string == "PHONE")
            #expect(await scene.ask(.delete, device, as: "_irc_anna").status == 200)
            #expect(await scene.ask(.get, device, as: "_irc_anna").status == 404)
        }
    }

    @Test func namespacesAreKept() async throws {
        try await ServiceScene.run { scene in
            let register = "/_matrix/client/v3/register"
            #expect(await scene.register("anna").outcome == "400 M_EXCLUSIVE")
            #expect(await scene.register("_server").outcome == "400 M_EXCLUSIVE")
            #expect(await scene.register("_irc_anna").status == 200)
            #expect(await scene.register("_irc_anna").outcome == "400 M_USER_IN_USE")
            #expect(await scene.register("_irc_Ä").outcome == "400 M_INVALID_USERNAME")
            let wrong = await scene.server.request(
                .post, register, token: "wrong",
                body: #"{"type":"m.login.application_service","username":"_irc_x"}"#)
            #expect(wrong.outcome == "401 M_UNKNOWN_TOKEN")
            let none = await scene.server.request(
                .post, register, body: #"{"type":"m.login.application_service","username":"_irc_x"}"#)
            #expect(none.outcome == "401 M_MISSING_TOKEN")

            let login = "/_matrix/client/v3/login"
            func logIn(_ name: String) async -> TestAnswer {
                await scene.server.request(
                    .post, login, token: ServiceScene.token,
                    body: """
                        {"type":"m.login.application_service","identifier":{"type":"m.id.user","user":"\(name)"}}
                        """)
            }
            let opened = await logIn("_irc_anna")
            let token = try #require(opened["access_token"]?.string)
            let answer = await scene.server.request(.get, Self.whoami, token: token)
            #expect(answer["user_id"]?.string == "@_irc_anna:mado.test")
            #expect(await logIn("kenji").outcome == "400 M_EXCLUSIVE")
            #expect(await logIn("_irc_nobody").outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func membersStayOutOfExclusiveNamespaces() async throws {
        try await ServiceScene.run({ service in
            service.users.append(
                .init(isExclusive: true, expression: (try? RegularExpression("@irc-.*")) ?? service.users[0].expression)
            )
        }) { scene in
            try await scene.deliveries.start()
            let taken = await scene.server.request(
                .post, "/_matrix/client/v3/register",
                body: #"{"username":"irc-anna","password":"correct horse","auth":{"type":"m.login.dummy"}}"#)
            #expect(taken.outcome == "400 M_EXCLUSIVE")
            let free = await scene.server.request(.get, "/_matrix/client/v3/register/available?username=irc-anna")
            #expect(free.outcome == "400 M_EXCLUSIVE")

            let kenji = try await scene.server.member("kenji")
            let room = try await kenji.createRoom()
            let directory = "/_matrix/client/v3/directory/room/"
            let body = #"{"room_id":"\#(room)"}"#
            #expect(await kenji.put(directory + "%23_irc_pier:mado.test", body).outcome == "400 M_EXCLUSIVE")
            let created = await kenji.post("/_matrix/client/v3/createRoom", #"{"room_alias_name":"_irc_pier"}"#)
            #expect(created.outcome == "400 M_EXCLUSIVE")
            let own = await scene.ask(
                .post, "/_matrix/client/v3/createRoom", body: #"{"room_alias_name":"_irc_pier"}"#)
            #expect(own.status == 200)
            let outside = await scene.ask(.post, "/_matrix/client/v3/createRoom", body: #"{"room_alias_name":"pier"}"#)
            #expect(outside.outcome == "400 M_EXCLUSIVE")
        }
    }

    @Test func eventsGetTheTimeThatTheServiceSays() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            let made = await scene.ask(.post, "/_matrix/client/v3/createRoom", body: "{}")
            let room = try #require(made["room_id"]?.string)
            let path = "/_matrix/client/v3/rooms/\(room)"
            let message = #"{"msgtype":"m.text","body":"then"}"#
            let sent = await scene.ask(.put, "\(path)/send/m.room.message/t?ts=1234", body: message)
            let id = try #require(sent["event_id"]?.string)
            #expect(await scene.ask(.get, "\(path)/event/\(id)")["origin_server_ts"]?.int == 1234)
            #expect(await scene.ask(.put, "\(path)/state/m.room.topic/?ts=99", body: #"{"topic":"x"}"#).status == 200)
            let wrong = await scene.ask(.put, "\(path)/send/m.room.message/u?ts=-1", body: message)
            #expect(wrong.outcome == "400 M_INVALID_PARAM")
            // Members cannot.
            let kenji = try await scene.server.member("kenji")
            let own = try await kenji.createRoom()
            let now = await kenji.put(kenji.path(own, "send/m.room.message/t?ts=1"), message)
            let shown = await kenji.get(kenji.path(own, "event/\(try #require(now["event_id"]?.string))"))
            #expect(shown["origin_server_ts"]?.int == scene.server.clock.now)
        }
    }

    @Test func onlyServicesThatSaySoAreLimited() async throws {
        let limits: [RateLimitGroup: RateLimit] = [
            .registration: RateLimit(perSecond: 0.001, burst: 1), .message: RateLimit(perSecond: 0.001, burst: 1),
        ]
        try await ServiceScene.run(limits: limits, { $0.isRateLimited = false }) { scene in
            for name in ["a", "b", "c"] { #expect(await scene.register("_irc_\(name)").status == 200) }
        }
        try await ServiceScene.run(limits: limits) { scene in
            #expect(await scene.register("_irc_a").status == 200)
            #expect(await scene.register("_irc_b").status == 429)
        }
    }
}
