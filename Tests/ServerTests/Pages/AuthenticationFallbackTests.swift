import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// Stages of interactive authentication by a page.
@Suite struct AuthenticationFallbackTests {
    private func path(_ stage: String) -> String { "/_matrix/client/v3/auth/\(stage)/fallback/web" }

    private func withFallback(
        configuration: AccountsConfiguration = .test, _ body: (RouteHarness) async throws -> Void
    ) async throws {
        try await RouteHarness.run(
            configuration: configuration,
            adding: { parts, routes in
                AuthenticationFallback(authentication: parts.authentication, proofs: nil).addRoutes(to: &routes)
                LoginFallback(serverName: "mado.test").addRoutes(to: &routes)
            }, body)
    }

    @Test func aPasswordIsAskedForByThePage() async throws {
        try await withFallback { server in
            let hanako = try await server.member("hanako")
            _ = try await server.member("kenji")
            let change = "/_matrix/client/v3/account/password"
            let session = try #require(
                await hanako.post(change, #"{"new_password":"another horse"}"#)["session"]?.string)
            let page = await server.request(.get, path("m.login.password") + "?session=\(session)")
            #expect(page.status == 200 && page.text.contains("type=\"password\""))
            let wrong = await server.request(
                .post, path("m.login.password"), body: "session=\(session)&password=wrong")
            #expect(wrong.text.contains("Invalid user name or password"))
            let repeated = #"{"new_password":"another horse","auth":{"session":"\#(session)"}}"#
            #expect(await hanako.post(change, repeated).status == 401)
            let right = await server.request(
                .post, path("m.login.password"), body: "session=\(session)&password=correct+horse")
            #expect(right.status == 200 && right.text.contains("authentication-done.js"))
            #expect(await hanako.post(change, repeated).outcome == "200")
        }
    }

    @Test func aTokenIsAskedForByThePage() async throws {
        try await withFallback(configuration: .test.with { $0.registration = .token }) { server in
            let token = try await server.registrationTokens.create(uses: 1).token
            let body = #"{"username":"ana","password":"correct horse"}"#
            let register = "/_matrix/client/v3/register"
            let session = try #require(await server.request(.post, register, body: body)["session"]?.string)
            let stage = path("m.login.registration_token")
            #expect(await server.request(.post, stage, body: "session=\(session)&token=no").text.contains("not valid"))
            _ = await server.request(.post, stage, body: "session=\(session)&token=\(token)")
            let done = await server.request(
                .post, register,
                body: #"{"username":"ana","password":"correct horse","auth":{"session":"\#(session)"}}"#)
            #expect(done.outcome == "200")
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        try await withFallback { server in
            #expect(await server.request(.get, path("m.login.dummy") + "?session=none").status == 404)
            #expect(await server.request(.get, path("m.login.dummy")).status == 404)
            #expect(await server.request(.get, path("m.login.recaptcha") + "?session=x").outcome == "404 M_NOT_FOUND")
            #expect(
                await server.request(.get, path("m.login.email.identity") + "?session=x").outcome == "404 M_NOT_FOUND")
            let hostile = await server.request(.post, path("m.login.dummy"), body: "session=%22%3E%3Cscript%3E")
            #expect(!hostile.text.contains("<script>"))
        }
    }

    @Test func pagesRunTheServersOwnScriptOnly() async throws {
        try await withFallback { server in
            for target in ["/_matrix/static/client/login/", "/_matrix/static/client/login/?device_id=X"] {
                let page = await server.request(.get, target)
                #expect(page.status == 200)
                let policy = try #require(page.headers.first(named: "content-security-policy"))
                #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(!page.text.contains("<script>") && !page.text.contains("onclick"))
            }
            let script = await server.request(.get, "/_matrix/static/client/login/login.js")
            #expect(script.headers.first(named: "content-type")?.hasPrefix("text/javascript") == true)
        }
    }

    @Test func anAddressIsProvedByThePage() async throws {
        try await MailHarness.run { harness in
            let server = harness.server
            let hanako = try await server.member("hanako")
            try await harness.add("h@example.org", to: hanako)
            let change = "/_matrix/client/v3/account/password"
            let body = #"{"new_password":"another horse"}"#
            let session = try #require(await server.request(.post, change, body: body)["session"]?.string)
            let stage = path("m.login.email.identity")
            let page = await server.request(.post, stage, body: "session=\(session)&email=h%40example.org")
            func field(_ name: String) -> String {
                let parts = page.text.split(separator: "name=\"\(name)\" value=\"")
                return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : ""
            }
            let fields = "session=\(session)&sid=\(field("sid"))&client_secret=\(field("client_secret"))"
            #expect(await server.request(.post, stage, body: fields).text.contains("not confirmed"))
            _ = try await harness.confirm(await harness.mail.messages(2)[1])
            #expect(await server.request(.post, stage, body: fields).text.contains("authentication-done.js"))
            let done = await server.request(
                .post, change, body: #"{"new_password":"another horse","auth":{"session":"\#(session)"}}"#)
            #expect(done.outcome == "200")
        }
    }
}
