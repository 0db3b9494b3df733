import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite("Server description")
struct ServerDescriptionTests {
    @Test("versions, for anybody, old ones included")
    func versions() async throws {
        try await RouteHarness.run { server in
            let answer = await server.request(.get, "/_matrix/client/versions", token: "nonsense")
            let versions = try #require(answer["versions"]?.array).compactMap(\.string)
            #expect(versions == ["r0.6.1"] + (1...14).map { "v1.\($0)" })
            #expect(answer["unstable_features"]?.isObject == true)
        }
    }

    @Test("where the server is, if that is configured")
    func wellKnown() async throws {
        let path = "/.well-known/matrix/client"
        try await RouteHarness.run { server in
            let answer = await server.request(.get, path)
            #expect(answer.text == #"{"m.homeserver":{"base_url":"https://mado.test:8443"}}"#)
            #expect(answer.headers.first(named: "access-control-allow-origin") == "*")
        }
        try await RouteHarness.run(configuration: .test.with { $0.publicBaseURL = nil }) { server in
            #expect(await server.request(.get, path).status == 404)
        }
    }

    @Test("capabilities")
    func capabilities() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await server.request(.get, "/_matrix/client/v3/capabilities").error == "M_MISSING_TOKEN")
            let answer = await kenji.get("/_matrix/client/v3/capabilities")
            let capabilities = try #require(answer["capabilities"])
            #expect(capabilities["m.change_password"]?["enabled"]?.bool == true)
            #expect(capabilities["m.3pid_changes"]?["enabled"]?.bool == false)
            #expect(capabilities["m.room_versions"]?["default"]?.string == "10")
            let available = try #require(capabilities["m.room_versions"]?["available"]?.object)
            #expect(available.map(\.key) == ["10", "11", "12"])
            #expect(available.allSatisfy { $0.value.string == "stable" })
        }
    }

    @Test("what there is nothing of")
    func empty() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.get("/_matrix/client/v3/thirdparty/protocols").text == "{}")
            #expect(await kenji.get("/_matrix/client/v3/account/3pid").text == #"{"threepids":[]}"#)
            #expect(await kenji.post("/_matrix/client/v3/account/3pid/add").error == "M_THREEPID_DENIED")
        }
    }
}

@Suite("Member directory")
struct MemberDirectoryTests {
    private static let path = "/_matrix/client/v3/user_directory/search"

    private static func search(_ member: TestMember, _ term: String, limit: Int? = nil) async -> TestAnswer {
        let limit = limit.map { #","limit":\#($0)"# } ?? ""
        return await member.post(path, #"{"search_term":"\#(term)"\#(limit)}"#)
    }

    private static func found(_ answer: TestAnswer) -> [String] {
        answer["results"]?.array?.compactMap { $0["user_id"]?.string } ?? []
    }

    @Test("by name, localpart or identifier, in any case; not those who are gone")
    func search() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let gone = try await server.member("mario")
            try await server.accounts.deactivate(gone.user)
            for (field, value) in [("displayname", "María José"), ("avatar_url", "mxc://mado.test/a")] {
                let path = "/_matrix/client/v3/profile/\(maria.user)/\(field)"
                #expect(await maria.put(path, #"{"\#(field)":"\#(value)"}"#).status == 200)
            }
            for term in ["mari", "MARIA", "josé", "@maria:mado.test", "@mari"] {
                let answer = await Self.search(kenji, term)
                #expect(Self.found(answer) == ["@maria:mado.test"], "\(term)")
                #expect(answer["limited"]?.bool == false)
                let entry = answer["results"]?.array?.first { _ in true }
                #expect(entry?["display_name"]?.string == "María José")
                #expect(entry?["avatar_url"]?.string == "mxc://mado.test/a")
            }
            #expect(await kenji.post(Self.path).error == "M_MISSING_PARAM")
        }
    }

    @Test("no more than asked for, and never many")
    func limit() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            for number in 100...160 { try await server.accounts.create(name: "clerk\(number)", password: nil) }
            let three = await Self.search(kenji, "clerk", limit: 3)
            #expect(Self.found(three) == (100...102).map { "@clerk\($0):mado.test" })
            #expect(three["limited"]?.bool == true)
            #expect(Self.found(await Self.search(kenji, "clerk")).count == 10)
            #expect(Self.found(await Self.search(kenji, "clerk", limit: 1_000_000)).count == 50)
            #expect(Self.found(await Self.search(kenji, "clerk", limit: -1)).count == 1)
        }
    }
}
