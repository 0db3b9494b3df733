import Synchronization
import Testing

@testable import ClientKit

struct TURNServerTests {
    private func url(_ uris: String...) -> String? {
        TURNServer(username: "1:@a:b", password: "p", uris: uris, lifetime: .seconds(60)).tunnelURL
    }

    @Test func onlyRelaysOverTCPHaveAWay() {
        #expect(url("turns:example.org:443?transport=tcp") == "https://example.org:443")
        #expect(url("turns:example.org") == "https://example.org:5349")
        #expect(url("turns:[2001:db8::1]?transport=tcp") == "https://[2001:db8::1]:5349")
        #expect(url("turn:example.org:8008?transport=tcp") == "http://example.org:8008")
        #expect(url("turn:example.org:8008") == nil)
        #expect(url("turn:example.org?transport=udp", "stun:example.org") == nil)
        #expect(url("turns:example.org?transport=udp") == nil)
        #expect(url() == nil)
        // With TLS before without.
        #expect(url("turn:a:1?transport=tcp", "turns:b:2?transport=tcp") == "https://b:2")
    }

    private func client(_ body: String, asked: @escaping @Sendable () -> Void = {}) -> MatrixClient {
        let transport = FakeTransport { request in
            asked()
            #expect(request.url == "https://mado.test/_matrix/client/v3/voip/turnServer")
            return ClientResponse(status: 200, headers: [], body: Array(body.utf8))
        }
        return MatrixClient(baseURL: "https://mado.test", transport: transport, accessToken: "t")
    }

    private static let answer =
        #"{"username":"1:@a:b","password":"p","uris":["turns:mado.test:443?transport=tcp"],"ttl":600}"#

    @Test func whatTheServerSays() async throws {
        let server = try await client(Self.answer).turnServer()
        #expect(
            server
                == TURNServer(
                    username: "1:@a:b", password: "p", uris: ["turns:mado.test:443?transport=tcp"],
                    lifetime: .seconds(600)))
        #expect(try await client("{}").turnServer().uris == [])
    }

    @Test func keptForHalfOfItsLifetime() async throws {
        let count = Mutex(0)
        let now = Mutex(ContinuousClock.now)
        let cache = TURNServerCache(client: client(Self.answer) { count.withLock { $0 += 1 } }) { now.withLock { $0 } }
        for _ in 0..<3 { #expect(try await cache.turnServer()?.lifetime == .seconds(600)) }
        #expect(count.withLock { $0 } == 1)
        now.withLock { $0 += .seconds(299) }
        #expect(try await cache.turnServer()?.lifetime == .seconds(301))
        #expect(count.withLock { $0 } == 1)
        now.withLock { $0 += .seconds(1) }
        _ = try await cache.turnServer()
        #expect(count.withLock { $0 } == 2)
    }

    @Test func whatIsForgottenIsAskedForAgain() async throws {
        let count = Mutex(0)
        let cache = TURNServerCache(client: client(Self.answer) { count.withLock { $0 += 1 } })
        _ = try await cache.turnServer()
        await cache.forget()
        _ = try await cache.turnServer()
        #expect(count.withLock { $0 } == 2)
    }

    @Test func aServerWithoutARelayIsAskedAgain() async throws {
        let count = Mutex(0)
        let cache = TURNServerCache(client: client("{}") { count.withLock { $0 += 1 } })
        for _ in 0..<2 { #expect(try await cache.turnServer() == nil) }
        #expect(count.withLock { $0 } == 2)
    }
}
