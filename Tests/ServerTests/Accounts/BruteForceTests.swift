import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite("Accounts: brute force")
struct BruteForceTests {
    private static let byAccount: [RateLimitGroup: RateLimit] = [.failedLogin: RateLimit(perSecond: 0.1, burst: 3)]
    private static let byAddress: [RateLimitGroup: RateLimit] = [.login: RateLimit(perSecond: 0.1, burst: 3)]

    private static func logIn(
        _ server: RouteHarness, _ name: String, _ password: String = TestMember.password,
        address: String = "192.0.2.1"
    ) async -> TestAnswer {
        await server.request(.post, LoginTests.path, body: LoginTests.body(name, password), address: address)
    }

    @Test("wrong passwords for one account are limited, from wherever they come and however it is written")
    func oneAccount() async throws {
        try await RouteHarness.run(limits: Self.byAccount) { server in
            _ = try await server.member("kenji")
            _ = try await server.member("maria")
            for attempt in 1...3 {
                let answer = await Self.logIn(server, "kenji", "wrong password", address: "192.0.2.\(attempt)")
                #expect(answer.error == "M_FORBIDDEN")
            }
            let before = server.hasher.computations
            for name in ["kenji", "KENJI", "@kenji:mado.test"] {
                let limited = await Self.logIn(server, name, address: "192.0.2.9")
                #expect(limited.status == 429)
                #expect(limited.error == "M_LIMIT_EXCEEDED")
                #expect(limited.headers.first(named: "retry-after") != nil)
            }
            #expect(server.hasher.computations == before)
            #expect(await Self.logIn(server, "maria").status == 200)
            await server.drivenClock.advance(by: .seconds(11))
            #expect(await Self.logIn(server, "kenji").status == 200)
        }
    }

    @Test("right passwords use nothing of the limit up")
    func success() async throws {
        try await RouteHarness.run(limits: Self.byAccount) { server in
            _ = try await server.member("kenji")
            for _ in 1...6 { #expect(await Self.logIn(server, "kenji").status == 200) }
        }
    }

    @Test("many simultaneous guesses get no further than those one after the other")
    func simultaneous() async throws {
        try await RouteHarness.run(limits: Self.byAccount) { server in
            _ = try await server.member("kenji")
            let statuses = await withTaskGroup(of: Int.self) { group in
                for _ in 1...12 { group.addTask { await Self.logIn(server, "kenji", "wrong password").status } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 403 }.count == 3)
            #expect(statuses.filter { $0 == 429 }.count == 9)
        }
    }

    @Test("attempts from one address are limited, whatever the account")
    func oneAddress() async throws {
        try await RouteHarness.run(limits: Self.byAddress) { server in
            for attempt in 1...3 {
                #expect(await Self.logIn(server, "nobody\(attempt)", address: "192.0.2.7").status == 403)
            }
            #expect(await Self.logIn(server, "nobody4", address: "192.0.2.7").error == "M_LIMIT_EXCEEDED")
            #expect(await Self.logIn(server, "nobody4", address: "192.0.2.8").status == 403)
        }
    }

    @Test("attempts from one IPv6 /64 are those of one subscriber")
    func oneSubscriber() async throws {
        try await RouteHarness.run(limits: Self.byAddress) { server in
            for attempt in 1...3 {
                #expect(await Self.logIn(server, "nobody", address: "2001:db8:0:1::\(attempt)").status == 403)
            }
            #expect(await Self.logIn(server, "nobody", address: "2001:db8:0:1:2:3:4:5").error == "M_LIMIT_EXCEEDED")
            #expect(await Self.logIn(server, "nobody", address: "2001:db8:0:2::1").status == 403)
        }
    }

    @Test("what is no address of mail shares one limit, however it is written")
    func noAddress() async throws {
        try await RouteHarness.run(limits: Self.byAccount) { server in
            var errors: [String?] = []
            for attempt in 1...4 {
                let body =
                    #"{"type":"m.login.password","password":"x","identifier":{"type":"m.id.thirdparty","medium":"email","address":"none\#(attempt)"}}"#
                errors.append(await server.request(.post, LoginTests.path, body: body).error)
            }
            #expect(errors == ["M_FORBIDDEN", "M_FORBIDDEN", "M_FORBIDDEN", "M_LIMIT_EXCEEDED"])
        }
    }

    @Test("guessing in interactive authentication is limited by account")
    func interactiveByAccount() async throws {
        try await RouteHarness.run(limits: Self.byAccount) { server in
            let kenji = try await server.member("kenji")
            for _ in 1...3 {
                let answer = await kenji.delete(
                    "/_matrix/client/v3/devices/A", "{\(kenji.proof(password: "wrong password"))}")
                #expect(answer.status == 401)
                #expect(answer.error == "M_FORBIDDEN")
                #expect(answer["flows"] != nil)
            }
            #expect(await kenji.delete("/_matrix/client/v3/devices/A", "{\(kenji.proof())}").status == 429)
        }
    }

    @Test("… and by address")
    func interactiveByAddress() async throws {
        try await RouteHarness.run(limits: Self.byAddress) { server in
            // The log-in is the first of the three.
            let kenji = try await server.member("kenji")
            for expected in [401, 401, 429] {
                let answer = await kenji.delete(
                    "/_matrix/client/v3/devices/A", "{\(kenji.proof(password: "wrong password"))}")
                #expect(answer.status == expected)
            }
        }
    }

    @Test("registration tokens can't be tried without end")
    func registrationTokens() async throws {
        let limits: [RateLimitGroup: RateLimit] = [.registration: RateLimit(perSecond: 0.1, burst: 3)]
        try await RouteHarness.run(
            configuration: .test.with { $0.registration = .token }, limits: limits
        ) { server in
            let validity = "/_matrix/client/v1/register/m.login.registration_token/validity?token=guess"
            for expected in [200, 200, 200, 429] {
                #expect(await server.request(.get, validity).status == expected)
            }
        }
    }
}
