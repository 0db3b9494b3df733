import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite("Login")
struct LoginTests {
    static let path = "/_matrix/client/v3/login"
    static let whoami = RegistrationTests.whoami

    static func body(_ user: String, _ password: String, _ more: String = "") -> String {
        """
        {"type":"m.login.password","identifier":{"type":"m.id.user","user":"\(user)"},"password":"\(password)"\(more)}
        """
    }

    @Test("the flows are told")
    func flows() async throws {
        try await RouteHarness.run { server in
            #expect(
                await server.request(.get, Self.path).text
                    == #"{"flows":[{"type":"m.login.password"},{"type":"m.login.token","get_login_token":true}]}"#)
        }
    }

    @Test("by name, by identifier, in any case, and by the field of older clients")
    func names() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("kenji")
            let password = TestMember.password
            for body in [
                Self.body("kenji", password), Self.body("@kenji:mado.test", password), Self.body("Kenji", password),
                #"{"type":"m.login.password","user":"kenji","password":"\#(password)"}"#,
            ] {
                let answer = await server.request(.post, Self.path, body: body)
                #expect(answer.status == 200)
                #expect(answer["user_id"]?.string == "@kenji:mado.test")
                #expect(answer["well_known"]?.string("m.homeserver", "base_url") == "https://mado.test:8443")
                let token = try #require(answer["access_token"]?.string)
                #expect(await server.request(.get, Self.whoami, token: token).status == 200)
            }
        }
    }

    @Test(
        "what is wrong with a request",
        arguments: [
            ("{}", "M_MISSING_PARAM"), (#"{"type":"m.login.dance","token":"a"}"#, "M_UNKNOWN"),
            (#"{"type":"m.login.token"}"#, "M_MISSING_PARAM"),
            (#"{"type":"m.login.password","password":"a"}"#, "M_MISSING_PARAM"),
            (#"{"type":"m.login.password","user":"a"}"#, "M_MISSING_PARAM"),
            (#"{"type":"m.login.password","user":1,"password":"a"}"#, "M_BAD_JSON"),
            (#"{"type":"m.login.password","identifier":{"type":"m.id.phone"},"password":"a"}"#, "M_UNKNOWN"),
            ("[]", "M_BAD_JSON"), ("{", "M_NOT_JSON"),
        ])
    func malformed(body: String, error: String) async throws {
        try await RouteHarness.run { server in
            let answer = await server.request(.post, Self.path, body: body)
            #expect(answer.status == 400)
            #expect(answer.error == error)
        }
    }

    @Test("the same device again: its former token ends, its name stays")
    func deviceReuse() async throws {
        try await RouteHarness.run { server in
            let first = try await server.member("kenji", device: "DESK")
            #expect(await first.put("/_matrix/client/v3/devices/DESK", #"{"display_name":"desk"}"#).status == 200)
            let second = await server.request(
                .post, Self.path,
                body: Self.body(
                    "kenji", TestMember.password, #","device_id":"DESK","initial_device_display_name":"other""#))
            let token = try #require(second["access_token"]?.string)
            let refused = await first.get(Self.whoami)
            #expect(refused.status == 401)
            #expect(refused.error == "M_UNKNOWN_TOKEN")
            #expect(refused["soft_logout"]?.bool == false)
            let devices = await server.request(.get, "/_matrix/client/v3/devices", token: token)
            #expect(devices["devices"]?.count == 1)
            #expect(devices["devices"]?.array?.first { _ in true }?["display_name"]?.string == "desk")
        }
    }

    @Test("a device may not be called like a cross-signing key")
    func crossSigningKeyAsDevice() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let key = Array(#"{"keys":{"ed25519:bmFtZQ":"bmFtZQ"},"usage":["master"]}"#.utf8)
            try await server.journal.write { try $0.store.setCrossSigningKey(key, usage: "master", of: kenji.user) }
            let answer = await server.request(
                .post, Self.path, body: Self.body("kenji", TestMember.password, #","device_id":"bmFtZQ""#))
            #expect(answer.status == 403)
            #expect(answer.error == "M_FORBIDDEN")
        }
    }

    @Test("logging out ends this token and its device, and not the others")
    func logout() async throws {
        try await RouteHarness.run { server in
            let desk = try await server.member("kenji", device: "DESK")
            let phone = try await server.logIn("kenji", device: "PHONE")
            #expect(await desk.post("/_matrix/client/v3/logout").status == 200)
            #expect(await desk.get(Self.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(await phone.get("/_matrix/client/v3/devices/DESK").error == "M_NOT_FOUND")
            #expect(await phone.get(Self.whoami).status == 200)
        }
    }

    @Test("logging out everywhere")
    func logoutAll() async throws {
        try await RouteHarness.run { server in
            let desk = try await server.member("kenji", device: "DESK")
            let phone = try await server.logIn("kenji", device: "PHONE")
            #expect(await desk.post("/_matrix/client/v3/logout/all").status == 200)
            #expect(await desk.get(Self.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(await phone.get(Self.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(try await server.store.read { try $0.accessTokens(of: desk.user).count } == 0)
        }
    }

    @Test("a locked account's member can log out, and needs a token for it like everybody")
    func logoutWhileLocked() async throws {
        try await RouteHarness.run { server in
            let desk = try await server.member("kenji", device: "DESK")
            let phone = try await server.logIn("kenji", device: "PHONE")
            try await server.accounts.setLocked(true, desk.user)
            #expect(await desk.post("/_matrix/client/v3/logout").status == 200)
            try await server.accounts.setLocked(false, desk.user)
            #expect(await desk.get(Self.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(await phone.get(Self.whoami).status == 200)
            for path in ["/_matrix/client/v3/logout", "/_matrix/client/v3/logout/all"] {
                #expect(await server.request(.post, path).error == "M_MISSING_TOKEN")
                #expect(await desk.post(path).error == "M_UNKNOWN_TOKEN")
            }
        }
    }

    @Test("no token, a token that never was; the query parameter of older clients")
    func tokens() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await server.request(.get, Self.whoami).error == "M_MISSING_TOKEN")
            let unknown = await server.request(.get, Self.whoami, token: "nonsense")
            #expect(unknown.status == 401)
            #expect(unknown.error == "M_UNKNOWN_TOKEN")
            #expect(await server.request(.get, Self.whoami + "?access_token=\(kenji.token)").status == 200)
        }
    }
}
