import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite("Registration tokens")
struct RegistrationTokenTests {
    private static let configuration = AccountsConfiguration.test.with { $0.registration = .token }

    private static func register(_ server: RouteHarness, _ name: String, _ token: String) async -> TestAnswer {
        await server.request(
            .post, RegistrationTests.path,
            body: """
                {"username":"\(name)","password":"long enough",
                 "auth":{"type":"m.login.registration_token","token":"\(token)"}}
                """)
    }

    @Test("a token lets in as many as it was made for, and not after its time")
    func use() async throws {
        try await RouteHarness.run(configuration: Self.configuration) { server in
            _ = try await server.registrationTokens.create("invited", uses: 1)
            _ = try await server.registrationTokens.create("hurry", expires: server.clock.now + 60_000)
            let validity = "/_matrix/client/v1/register/m.login.registration_token/validity?token="
            #expect(await server.request(.get, validity + "invited")["valid"]?.bool == true)
            #expect(await server.request(.get, validity + "unknown")["valid"]?.bool == false)

            let asked = await server.request(.post, RegistrationTests.path, body: "{}")
            #expect(asked.text.contains(#""flows":[{"stages":["m.login.registration_token"]}]"#))
            let skipping = await server.request(
                .post, RegistrationTests.path,
                body: #"{"username":"kenji","password":"long enough",\#(RegistrationTests.dummy)}"#)
            #expect(skipping.status == 401)
            let wrong = await Self.register(server, "kenji", "unknown")
            #expect(wrong.status == 401)
            #expect(wrong.error == "M_FORBIDDEN")
            #expect(await Self.register(server, "kenji", "invited").status == 200)
            #expect(await Self.register(server, "maria", "invited").status == 401)
            #expect(await server.request(.get, validity + "invited")["valid"]?.bool == false)

            #expect(await Self.register(server, "maria", "hurry").status == 200)
            server.clock.advance(by: .seconds(61))
            #expect(await Self.register(server, "late", "hurry").status == 401)
        }
    }

    @Test("two who use the last of a token at once: one gets in")
    func lastUse() async throws {
        try await RouteHarness.run(configuration: Self.configuration) { server in
            _ = try await server.registrationTokens.create("last", uses: 1)
            async let first = Self.register(server, "kenji", "last")
            async let second = Self.register(server, "maria", "last")
            #expect(await [first.status, second.status].filter { $0 == 200 }.count == 1)
            #expect(try await server.accounts.list().count == 1)
        }
    }

    @Test("tokens are made, listed and taken back")
    func administration() async throws {
        try await RouteHarness.run(configuration: Self.configuration) { server in
            let tokens = server.registrationTokens
            let random = try await tokens.create()
            #expect(random.token.utf8.count >= 16)
            _ = try await tokens.create("a-token", uses: 3)
            #expect(try await Set(tokens.all().map(\.token)) == [random.token, "a-token"])
            await #expect(throws: MatrixError.self) { try await tokens.create("a-token") }
            await #expect(throws: MatrixError.self) { try await tokens.create("not a token") }
            await #expect(throws: MatrixError.self) { try await tokens.create(String(repeating: "a", count: 65)) }
            #expect(try await tokens.revoke("a-token"))
            #expect(try await !tokens.revoke("a-token"))
            #expect(try await !tokens.isValid("a-token"))
            #expect(try await tokens.isValid(random.token))
        }
    }
}
