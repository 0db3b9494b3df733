import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite("Registration")
struct RegistrationTests {
    static let path = "/_matrix/client/v3/register"
    static let dummy = #""auth":{"type":"m.login.dummy"}"#
    static let whoami = "/_matrix/client/v3/account/whoami"

    @Test("an open server asks for the dummy stage, then gives account, device and token")
    func open() async throws {
        try await RouteHarness.run { server in
            let asked = await server.request(.post, Self.path, body: #"{"username":"Hanako","password":"long enough"}"#)
            #expect(asked.status == 401)
            #expect(asked.error == nil)
            #expect(asked.text.contains(#""flows":[{"stages":["m.login.dummy"]}],"params":{}"#))
            let session = try #require(asked["session"]?.string)
            let made = await server.request(
                .post, Self.path,
                body: """
                    {"username":"Hanako","password":"long enough","device_id":"PHONE",
                     "initial_device_display_name":"telephone","auth":{"type":"m.login.dummy","session":"\(session)"}}
                    """)
            #expect(made.status == 200)
            #expect(made["user_id"]?.string == "@hanako:mado.test")
            #expect(made["device_id"]?.string == "PHONE")
            let token = try #require(made["access_token"]?.string)
            let who = await server.request(.get, Self.whoami, token: token)
            #expect(who["user_id"]?.string == "@hanako:mado.test")
            #expect(who["device_id"]?.string == "PHONE")
            #expect(who["is_guest"]?.bool == false)
            let device = await server.request(.get, "/_matrix/client/v3/devices/PHONE", token: token)
            #expect(device["display_name"]?.string == "telephone")
            let profile = await server.request(.get, "/_matrix/client/v3/profile/@hanako:mado.test")
            #expect(profile["displayname"]?.string == "Hanako")
        }
    }

    @Test("clients that send the stage at once need no session; r0 is the same")
    func atOnce() async throws {
        try await RouteHarness.run { server in
            let made = await server.request(
                .post, "/_matrix/client/r0/register",
                body: #"{"username":"kenji","password":"long enough",\#(Self.dummy)}"#)
            #expect(made.status == 200)
            #expect(made["access_token"]?.string != nil)
        }
    }

    @Test("without a login there is an account and no device")
    func inhibited() async throws {
        try await RouteHarness.run { server in
            let made = await server.request(
                .post, Self.path,
                body: #"{"username":"kenji","password":"long enough","inhibit_login":true,\#(Self.dummy)}"#)
            #expect(made.status == 200)
            #expect(made["user_id"]?.string == "@kenji:mado.test")
            #expect(made["access_token"] == nil)
            #expect(made["device_id"] == nil)
            let devices = try await server.store.read { try $0.devices(of: UserID(unchecked: "@kenji:mado.test")) }
            #expect(devices.isEmpty)
        }
    }

    @Test("a name of the server's choice when none is wanted")
    func nameless() async throws {
        try await RouteHarness.run { server in
            let made = await server.request(.post, Self.path, body: #"{"password":"long enough",\#(Self.dummy)}"#)
            #expect(made["user_id"]?.string?.hasPrefix("@member-") == true)
        }
    }

    @Test(
        "names that are none",
        arguments: ["", "_bridge", "with space", "ünïcode", "a:b", "@kenji", String(repeating: "a", count: 250)])
    func invalidNames(name: String) async throws {
        try await RouteHarness.run { server in
            let answer = await server.request(
                .post, Self.path, body: #"{"username":"\#(name)","password":"long enough"}"#)
            #expect(answer.status == 400)
            #expect(answer.error == "M_INVALID_USERNAME")
        }
    }

    @Test("a taken name is refused before and after authentication, and by /available")
    func taken() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("kenji")
            for body in [#"{"username":"kenji"}"#, #"{"username":"KENJI","password":"long enough",\#(Self.dummy)}"#] {
                let answer = await server.request(.post, Self.path, body: body)
                #expect(answer.status == 400)
                #expect(answer.error == "M_USER_IN_USE")
            }
            let available = Self.path + "/available?username="
            #expect(await server.request(.get, available + "kenji").error == "M_USER_IN_USE")
            #expect(await server.request(.get, available + "maria")["available"]?.bool == true)
            #expect(await server.request(.get, available + "%20").error == "M_INVALID_USERNAME")
            #expect(await server.request(.get, Self.path + "/available").error == "M_MISSING_PARAM")
        }
    }

    @Test("two who want one name at once: one gets it")
    func race() async throws {
        try await RouteHarness.run { server in
            let body = #"{"username":"kenji","password":"long enough",\#(Self.dummy)}"#
            async let first = server.request(.post, Self.path, body: body)
            async let second = server.request(.post, Self.path, body: body)
            #expect(await [first.status, second.status].sorted() == [200, 400])
        }
    }

    @Test("a name stays taken when its account is closed")
    func closedNameStaysTaken() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            try await server.accounts.deactivate(kenji.user)
            let answer = await server.request(
                .post, Self.path, body: #"{"username":"kenji","password":"long enough",\#(Self.dummy)}"#)
            #expect(answer.error == "M_USER_IN_USE")
        }
    }

    @Test("short passwords are weak, and a password there must be")
    func passwords() async throws {
        try await RouteHarness.run { server in
            let weak = await server.request(
                .post, Self.path, body: #"{"username":"kenji","password":"seven77",\#(Self.dummy)}"#)
            #expect(weak.status == 400)
            #expect(weak.error == "M_WEAK_PASSWORD")
            let missing = await server.request(.post, Self.path, body: #"{"username":"kenji",\#(Self.dummy)}"#)
            #expect(missing.error == "M_MISSING_PARAM")
        }
    }

    @Test("a closed server says so")
    func closed() async throws {
        try await RouteHarness.run(configuration: .test.with { $0.registration = .closed }) { server in
            let validity = "/_matrix/client/v1/register/m.login.registration_token/validity?token=abc"
            for answer in [
                await server.request(.post, Self.path, body: "{}"),
                await server.request(.post, Self.path + "?kind=guest", body: "{}"),
                await server.request(.get, Self.path + "/available?username=kenji"),
                await server.request(.get, validity),
            ] {
                #expect(answer.status == 403)
                #expect(answer.error == "M_FORBIDDEN")
            }
        }
    }

    @Test("kinds of account that there are not")
    func unknownKind() async throws {
        try await RouteHarness.run { server in
            let answer = await server.request(.post, Self.path + "?kind=robot", body: "{}")
            #expect(answer.error == "M_INVALID_PARAM")
        }
    }
}
