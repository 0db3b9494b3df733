import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite("Guests")
struct GuestTests {
    private static let path = RegistrationTests.path + "?kind=guest"
    private static let configuration = AccountsConfiguration.test.with { $0.allowsGuests = true }

    @Test("only where they are let in")
    func refused() async throws {
        try await RouteHarness.run { server in
            #expect(await server.request(.post, Self.path, body: "{}").error == "M_FORBIDDEN")
        }
    }

    @Test("guests choose nothing and may do little")
    func guests() async throws {
        try await RouteHarness.run(configuration: Self.configuration) { server in
            let made = await server.request(
                .post, Self.path, body: #"{"username":"root","password":"long enough","device_id":"MINE"}"#)
            #expect(made.status == 200)
            #expect(made["user_id"]?.string?.hasPrefix("@guest-") == true)
            #expect(made["device_id"]?.string != "MINE")
            let user = try #require(made["user_id"]?.string)
            let token = try #require(made["access_token"]?.string)
            #expect(await server.request(.get, RegistrationTests.whoami, token: token)["is_guest"]?.bool == true)
            let search = await server.request(
                .post, "/_matrix/client/v3/user_directory/search", token: token, body: #"{"search_term":"a"}"#)
            #expect(search.error == "M_GUEST_ACCESS_FORBIDDEN")
            let profile = "/_matrix/client/v3/profile/\(user)/"
            let named = await server.request(
                .put, profile + "displayname", token: token, body: #"{"displayname":"Visitor"}"#)
            #expect(named.status == 200)
            let pictured = await server.request(
                .put, profile + "avatar_url", token: token, body: #"{"avatar_url":"mxc://mado.test/a"}"#)
            #expect(pictured.error == "M_GUEST_ACCESS_FORBIDDEN")
        }
    }

    @Test("a guest becomes a member under the same name, and its session with it")
    func upgrade() async throws {
        try await RouteHarness.run(configuration: Self.configuration) { server in
            let made = await server.request(.post, Self.path, body: "{}")
            let user = UserID(unchecked: try #require(made["user_id"]?.string))
            let token = try #require(made["access_token"]?.string)
            func upgrade(_ name: String, _ token: String) async -> TestAnswer {
                await server.request(
                    .post, RegistrationTests.path,
                    body: """
                        {"username":"\(name)","password":"long enough","guest_access_token":"\(token)",
                         \(RegistrationTests.dummy)}
                        """)
            }
            #expect(await upgrade("somebody", token).error == "M_FORBIDDEN")
            let kenji = try await server.member("kenji")
            #expect(await upgrade("kenji", kenji.token).error == "M_FORBIDDEN")
            let upgraded = await upgrade(String(user.localpart), token)
            #expect(upgraded.status == 200)
            for token in [token, try #require(upgraded["access_token"]?.string)] {
                let who = await server.request(.get, RegistrationTests.whoami, token: token)
                #expect(who["is_guest"]?.bool == false)
            }
        }
    }
}
