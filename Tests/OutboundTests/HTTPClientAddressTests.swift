import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Outbound

/// What a member's word cannot make the server reach.
struct HTTPClientAddressTests {
    private func client(
        allowing: [String] = [], proxy: String? = nil, resolver: any AddressResolver = SystemAddressResolver()
    ) throws -> HTTPClient {
        var settings = OutboundSettings()
        settings.allowed = allowing.map { AllowedDestination($0)! }
        settings.proxy = proxy
        return try HTTPClient(settings, resolver: resolver)
    }

    private func error(_ client: HTTPClient, _ request: FetchRequest) async -> FetchError? {
        do throws(FetchError) {
            _ = try await client.fetch(request)
            return nil
        } catch { return error }
    }

    private func hello() -> ScriptedServer {
        ScriptedServer { connection in while connection.request() != nil { connection.answer(200, "hello") } }
    }

    @Test(arguments: [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "LOCALHOST", "localhost.",
        "127.0.0.1.", "%31%32%37.0.0.1", "169.254.169.254", "10.0.0.1", "[fe80::1%25lo]",
    ])
    func noSpellingOfAnInnerAddressIsReached(_ host: String) async throws {
        let server = hello()
        let failure = await error(try client(), patient("GET", "http://\(host):\(server.port)/"))
        switch failure {
        // Some spellings are names that nobody has.
        case .refused, .cannotResolve, .badRequest: break
        default: Issue.record("\(host): \(failure.map { "\($0)" } ?? "answered")")
        }
        #expect(server.connectionCount == 0)
    }

    @Test func aNameWithOneInnerAddressIsRefused() async throws {
        let resolver = DrivenResolver(["mixed.example": [["8.8.8.8", "127.0.0.1"]]])
        let server = hello()
        let client = try client(resolver: resolver)
        #expect(
            await error(client, patient("GET", "http://mixed.example:\(server.port)/"))
                == .refused(host: "mixed.example"))
        #expect(server.connectionCount == 0)
    }

    @Test func aNameIsResolvedOnceAndCannotTurn() async throws {
        // Allowed when it is checked, another one when anybody would ask again.
        let resolver = DrivenResolver(["turning.example": [["127.0.0.1"], ["127.0.0.9"]]])
        let server = hello()
        let client = try client(allowing: ["127.0.0.1"], resolver: resolver)
        let request = patient("GET", "http://turning.example:\(server.port)/")
        #expect(try await client.fetch(request).body == Array("hello".utf8))
        #expect(resolver.names == ["turning.example"])
        // The second time it has turned; the open connection to the first address is not taken for it.
        #expect(await error(client, request) == .refused(host: "turning.example"))
        #expect(server.connectionCount == 1)
    }

    @Test func aConnectionIsOnlyUsedForItsAddress() async throws {
        let resolver = DrivenResolver(["turning.example": [["127.0.0.1"], ["127.0.0.9"]]])
        let server = hello()
        let client = try client(allowing: ["127.0.0.0/8"], resolver: resolver)
        let request = patient("GET", "http://turning.example:\(server.port)/")
        #expect(try await client.fetch(request).status == 200)
        // Nobody listens there.
        #expect(await error(client, request) == .cannotConnect(host: "turning.example"))
    }

    @Test func theServerSeesTheNameThatWasAsked() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.request() { connection.answer(200, request.headers["host"] ?? "") }
        }
        let resolver = DrivenResolver(["name.example": [["127.0.0.1"]]])
        let client = try client(allowing: ["name.example"], resolver: resolver)
        let answer = try await client.fetch(patient("GET", "http://name.example:\(server.port)/"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "name.example:\(server.port)")
    }

    @Test func whatTheAdministratorNamedIsReachedAnywhere() async throws {
        let server = hello()
        var request = patient("GET", server.url)
        request.destination = .configured
        #expect(try await client().fetch(request).status == 200)
    }

    // MARK: Redirections

    private func redirecting(_ status: Int = 302, to location: String) -> ScriptedServer {
        ScriptedServer { connection in
            while let request = connection.request() {
                if request.target == "/end" {
                    connection.answer(200, request.headers["authorization"] ?? "nothing")
                } else {
                    connection.answer(status, "", headers: ["Location: \(location)"])
                }
            }
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectionIsFollowed(_ status: Int) async throws {
        let server = redirecting(status, to: "/end")
        let answer = try await client(allowing: ["127.0.0.1"]).fetch(patient("GET", server.url + "/a/b"))
        #expect(answer.status == 200)
        #expect(answer.url == server.url + "/end")
    }

    @Test func aRedirectionToAnInnerAddressIsRefused() async throws {
        let secret = hello()
        let resolver = DrivenResolver(["outer.example": [["127.0.0.1"]]])
        for location in ["http://localhost:\(secret.port)/", "http://127.0.0.1:\(secret.port)/", "//0:\(secret.port)/"]
        {
            let server = redirecting(to: location)
            let client = try client(allowing: ["outer.example"], resolver: resolver)
            var request = patient("GET", "http://outer.example:\(server.port)/")
            guard case .refused = await error(client, request) else {
                Issue.record("\(location) was reached")
                continue
            }
            // Also where the administrator named the first.
            request.destination = .configured
            guard case .refused = await error(client, request) else {
                Issue.record("\(location) was reached")
                continue
            }
        }
        #expect(secret.connectionCount == 0)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "gopher://127.0.0.1/"])
    func aRedirectionToSomethingElseIsAnError(_ location: String) async throws {
        let server = redirecting(to: location)
        guard case .badRequest = await error(try client(allowing: ["127.0.0.1"]), patient("GET", server.url))
        else {
            Issue.record("\(location) was followed")
            return
        }
    }

    @Test func redirectionsEnd() async throws {
        let server = redirecting(to: "/again")
        let client = try client(allowing: ["127.0.0.1"])
        var request = patient("GET", server.url)
        #expect(await error(client, request) == .tooManyRedirects)
        request.maximumRedirects = 0
        #expect(try await client.fetch(request).status == 302)
    }

    @Test func aPostIsNotSentTwice() async throws {
        let server = redirecting(to: "/end")
        let answer = try await client(allowing: ["127.0.0.1"]).fetch(patient("POST", server.url, body: [1]))
        #expect(answer.status == 302)
    }

    @Test func anotherServerDoesNotSeeTheAuthorization() async throws {
        let other = redirecting(to: "")
        let server = redirecting(to: other.url + "/end")
        let headers = HTTPHeaders([("Authorization", "Bearer secret")])
        let client = try client(allowing: ["127.0.0.1"])
        let crossing = try await client.fetch(patient("GET", server.url, headers: headers))
        #expect(String(decoding: crossing.body, as: UTF8.self) == "nothing")
        let staying = try await client.fetch(patient("GET", server.url + "/end", headers: headers))
        #expect(String(decoding: staying.body, as: UTF8.self) == "Bearer secret")
    }

    @Test func fromEncryptionNothingLeadsToPlainText() throws {
        let hop = try FetchHop(patient("GET", "https://example.org/"))
        #expect(throws: FetchError.redirectedToPlainText) {
            try hop.redirected(status: 302, HTTPHeaders([("location", "http://example.org/")]))
        }
    }

    // MARK: Behind a proxy

    @Test func publicAddressesAreAskedOfTheProxy() async throws {
        let seen = Mutex<[String]>([])
        let proxy = ScriptedServer { connection in
            while let request = connection.request() {
                seen.withLock { $0.append("\(request.method) \(request.target)") }
                connection.answer(200, "by proxy")
            }
        }
        let inner = hello()
        let resolver = DrivenResolver([
            "outer.example": [["8.8.8.8"]], "unknown.example": [[]], "inner.example": [["127.0.0.1"]], "wiki": [[]],
        ])
        let client = try client(allowing: ["inner.example"], proxy: proxy.url, resolver: resolver)
        for host in ["outer.example", "unknown.example"] {
            let answer = try await client.fetch(patient("GET", "http://\(host)/x"))
            #expect(answer.body == Array("by proxy".utf8))
        }
        let answer = try await client.fetch(patient("GET", "http://inner.example:\(inner.port)/"))
        #expect(answer.body == Array("hello".utf8))
        // A name without a dot is one of the organisation's own network, which the proxy may know.
        #expect(await error(client, patient("GET", "http://wiki/")) == .cannotResolve(host: "wiki"))
        #expect(await error(client, patient("GET", "http://10.0.0.1/")) == .refused(host: "10.0.0.1"))
        #expect(seen.withLock { $0 } == ["GET http://outer.example/x", "GET http://unknown.example/x"])
    }

    @Test func aProxyThatRefusesIsAnErrorOfItsOwn() async throws {
        let proxy = ScriptedServer { connection in
            while connection.request() != nil { connection.answer(403, "no") }
        }
        let resolver = DrivenResolver(["outer.example": [["8.8.8.8"]]])
        let client = try client(proxy: proxy.url, resolver: resolver)
        #expect(await error(client, patient("GET", "https://outer.example/")) == .proxy(status: 403))
        let wanting = ScriptedServer { connection in
            while connection.request() != nil {
                connection.answer(407, "no", headers: ["Proxy-Authenticate: Basic realm=\"x\""])
            }
        }
        let second = try self.client(proxy: wanting.url, resolver: resolver)
        #expect(await error(second, patient("GET", "http://outer.example/")) == .proxy(status: 407))
    }
}
