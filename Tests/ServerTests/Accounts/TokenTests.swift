import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Access tokens that expire, tokens to log in with, and tokens for other services.
@Suite struct TokenTests {
    private func logIn(_ server: RouteHarness, _ name: String) async -> TestAnswer {
        await server.request(
            .post, "/_matrix/client/v3/login",
            body: """
                {"type":"m.login.password","identifier":{"type":"m.id.user","user":"\(name)"},
                 "password":"\(TestMember.password)","refresh_token":true}
                """)
    }

    private func refresh(_ server: RouteHarness, _ token: String) async -> TestAnswer {
        await server.request(.post, "/_matrix/client/v3/refresh", body: #"{"refresh_token":"\#(token)"}"#)
    }

    private func whoami(_ server: RouteHarness, _ token: String) async -> TestAnswer {
        await server.request(.get, "/_matrix/client/v3/account/whoami", token: token)
    }

    @Test func expiredTokensAreSoftlyLoggedOutAndRefreshed() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("hanako")
            let login = await logIn(server, "hanako")
            let access = try #require(login["access_token"]?.string)
            let first = try #require(login["refresh_token"]?.string)
            #expect(login["expires_in_ms"]?.int == 3_600_000)
            #expect(await whoami(server, access).status == 200)
            server.clock.advance(by: .seconds(3600))
            let late = await whoami(server, access)
            #expect(late.status == 401)
            #expect(late.error == "M_UNKNOWN_TOKEN")
            #expect(late["soft_logout"]?.bool == true)

            let second = await refresh(server, first)
            let newAccess = try #require(second["access_token"]?.string)
            #expect(await whoami(server, newAccess)["device_id"]?.string == login["device_id"]?.string)
            // The answer may have been lost: once more, and what came before is worth nothing.
            let third = await refresh(server, first)
            let newest = try #require(third["access_token"]?.string)
            #expect(await whoami(server, newAccess).status == 401)
            #expect(await whoami(server, newest).status == 200)
            #expect(await refresh(server, try #require(second["refresh_token"]?.string)).status == 401)
            // Once the successor was used, the old one is over.
            #expect(await refresh(server, try #require(third["refresh_token"]?.string)).status == 200)
            #expect(await refresh(server, first).error == "M_UNKNOWN_TOKEN")
        }
    }

    @Test func aTokenThatIsRefreshedEarlyExpiresAtOnce() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("hanako")
            let login = await logIn(server, "hanako")
            let access = try #require(login["access_token"]?.string)
            #expect(await whoami(server, access).status == 200)
            _ = await refresh(server, try #require(login["refresh_token"]?.string))
            #expect(await whoami(server, access)["soft_logout"]?.bool == true)
            #expect(await refresh(server, "made up").status == 401)
        }
    }

    @Test func clientsThatDoNotAskGetTokensThatLast() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            server.clock.advance(by: .seconds(100_000))
            #expect(await whoami(server, hanako.token).status == 200)
        }
    }

    @Test func oneDeviceLogsInAnother() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            let path = "/_matrix/client/v1/login/get_token"
            #expect(await hanako.post(path).status == 401)
            let given = await hanako.post(path, "{\(hanako.proof())}")
            let token = try #require(given["login_token"]?.string)
            #expect(given["expires_in_ms"]?.int == 120_000)
            let body = #"{"type":"m.login.token","token":"\#(token)"}"#
            let login = await server.request(.post, "/_matrix/client/v3/login", body: body)
            #expect(login["user_id"]?.string == hanako.user.string)
            #expect(login["device_id"]?.string != hanako.device.string)
            // Good for once.
            #expect(await server.request(.post, "/_matrix/client/v3/login", body: body).error == "M_FORBIDDEN")

            let late = await hanako.post(path, "{\(hanako.proof())}")
            await server.drivenClock.advance(by: .seconds(121))
            let expired = await server.request(
                .post, "/_matrix/client/v3/login",
                body: #"{"type":"m.login.token","token":"\#(try #require(late["login_token"]?.string))"}"#)
            #expect(expired.error == "M_FORBIDDEN")
        }
    }

    @Test func anotherServiceLearnsWhoSomebodyIs() async throws {
        try await RouteHarness.run { server in
            let hanako = try await server.member("hanako")
            let path = "/_matrix/client/v3/user/\(hanako.user)/openid/request_token"
            let given = await hanako.post(path)
            let token = try #require(given["access_token"]?.string)
            #expect(given["matrix_server_name"]?.string == RouteHarness.serverName)
            let info = "/_matrix/federation/v1/openid/userinfo"
            #expect(await server.request(.get, "\(info)?access_token=\(token)")["sub"]?.string == hanako.user.string)
            #expect(await server.request(.get, "\(info)?access_token=x").error == "M_UNKNOWN_TOKEN")
            #expect(await server.request(.get, info).error == "M_MISSING_TOKEN")
            // It is no access token here.
            #expect(await whoami(server, token).status == 401)
            #expect(await hanako.post("/_matrix/client/v3/user/@kenji:mado.test/openid/request_token").status == 403)
        }
    }
}
