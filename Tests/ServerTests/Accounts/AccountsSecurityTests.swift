import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

/// What went wrong with accounts elsewhere.
@Suite("Accounts: security")
struct AccountsSecurityTests {
    private static func logIn(
        _ server: RouteHarness, _ name: String, _ password: String = TestMember.password,
        address: String = "192.0.2.1"
    ) async -> TestAnswer {
        await server.request(.post, LoginTests.path, body: LoginTests.body(name, password), address: address)
    }

    @Test("a closed account lets nobody in, and its sessions are over")
    func closedAccount() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            try await server.accounts.deactivate(kenji.user)
            #expect(await kenji.get(LoginTests.whoami).error == "M_UNKNOWN_TOKEN")
            let answer = await Self.logIn(server, "kenji")
            #expect(answer.status == 403)
            #expect(answer.error == "M_FORBIDDEN")
            await #expect(throws: MatrixError.self) {
                try await server.accounts.setPassword(of: kenji.user, to: "long enough")
            }
        }
    }

    @Test("a locked account can do nothing until it is unlocked, and then goes on")
    func lockedAccount() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            try await server.accounts.setLocked(true, kenji.user)
            let refused = await kenji.get(LoginTests.whoami)
            #expect(refused.status == 401)
            #expect(refused.error == "M_USER_LOCKED")
            #expect(refused["soft_logout"]?.bool == true)
            #expect(await Self.logIn(server, "kenji").error == "M_USER_LOCKED")
            // Whoever does not know the password does not learn that the account is locked.
            #expect(await Self.logIn(server, "kenji", "wrong password").error == "M_FORBIDDEN")
            try await server.accounts.setLocked(false, kenji.user)
            #expect(await kenji.get(LoginTests.whoami).status == 200)
        }
    }

    @Test("unknown, closed and passwordless accounts cost the same work and get the same answer")
    func equalWork() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("kenji")
            try await server.accounts.create(name: "closed", password: TestMember.password)
            try await server.accounts.deactivate(UserID(unchecked: "@closed:mado.test"))
            try await server.accounts.create(name: "passwordless", password: nil)
            var answers: Set<String> = []
            for name in ["kenji", "closed", "passwordless", "nobody", "@kenji:elsewhere.test", "not a name"] {
                let before = server.hasher.computations
                let answer = await Self.logIn(server, name, "wrong password")
                #expect(server.hasher.computations == before + 1, "\(name)")
                #expect(answer.status == 403)
                answers.insert(answer.text)
            }
            #expect(answers.count == 1)
        }
    }

    @Test("the password is not in a pending request, nor anything that holds it")
    func pendingRequest() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            _ = await server.request(
                .post, RegistrationTests.path,
                body: #"{"username":"maria","password":"open sesame","guest_access_token":"sesame"}"#)
            _ = await kenji.post("/_matrix/client/v3/account/password", #"{"new_password":"open sesame"}"#)
            #expect(server.authentication.pending.count == 2)
            let kept = server.authentication.pending.remembered
            #expect(kept.map(\.name) == ["username"])
            for (_, value) in kept {
                // A slice would keep the whole body alive, and the password in it.
                #expect(value.bytes.startIndex == 0)
                #expect(!String(decoding: value.bytes, as: UTF8.self).contains("sesame"))
            }
        }
    }

    @Test("nobody learns from deletion whether a device exists, nor touches another member's")
    func deviceEnumeration() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            let maria = try await server.member("maria", device: "LAPTOP")
            func shape(_ device: String) async -> [String?] {
                let answer = await maria.delete("/_matrix/client/v3/devices/\(device)")
                return ["\(answer.status)", answer.error, answer["flows"].map { "\($0.bytes)" }]
            }
            let other = await shape("DESK")
            #expect(await shape("NOWHERE") == other)
            #expect(await shape("LAPTOP") == other)
            #expect(await maria.get("/_matrix/client/v3/devices/DESK").error == "M_NOT_FOUND")
            let deleted = await maria.delete("/_matrix/client/v3/devices/DESK", "{\(maria.proof())}")
            #expect(deleted.text == "{}")
            #expect(await kenji.get("/_matrix/client/v3/devices/DESK").status == 200)
        }
    }

    @Test("neither tokens nor passwords are stored, logged or echoed")
    func secretsStayOut() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let wrong = await server.request(.get, LoginTests.whoami + "?access_token=\(kenji.token)x")
            let right = await server.request(.get, LoginTests.whoami + "?access_token=\(kenji.token)")
            let refused = await Self.logIn(server, "kenji", "open sesame")
            #expect(right.status == 200)
            for text in [wrong.text, right.text, refused.text] + server.log.lines + server.log.failures {
                #expect(!text.contains(kenji.token))
                #expect(!text.contains("sesame"))
                #expect(!text.contains(TestMember.password))
            }
            let session = try await server.sessions.session(forToken: kenji.token)
            #expect(!"\(session)".contains(kenji.token))
            let (tokens, account) = try await server.store.read { reader in
                (try reader.accessTokens(of: kenji.user), try reader.account(kenji.user))
            }
            #expect(tokens.map(\.hash) == [TokenHash(of: kenji.token)])
            #expect(tokens.allSatisfy { $0.hash.bytes.count == 32 })
            #expect(account?.passwordHash?.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$") == true)
        }
    }

    @Test("tokens are long and never the same")
    func tokensAreRandom() async throws {
        try await RouteHarness.run { server in
            _ = try await server.member("kenji")
            var tokens: Set<String> = []
            for _ in 1...20 { tokens.insert(try await server.logIn("kenji").token) }
            #expect(tokens.count == 20)
            #expect(tokens.allSatisfy { Base64.decode($0)?.count == 32 })
        }
    }
}
