import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite("GET /voip/turnServer")
struct RelayEndpointTests {
    private static let path = "/_matrix/client/v3/voip/turnServer"

    private static func port() -> RelayPort {
        RelayPort(
            destinations: RelayDestinations(), credentials: RelayCredentials(secret: "secret", realm: "example.org"))
    }

    private func answers(
        _ settings: CallSettings, _ port: RelayPort?, uri: String?,
        _ body: (TestMember, RouteHarness) async throws -> Void
    ) async throws {
        try await RouteHarness.run(
            adding: { parts, routes in
                RelayEndpoint(settings, port: port, ownURI: uri, clock: parts.clock).addRoutes(to: &routes)
            },
            { server in try await body(try await server.member("kenji"), server) })
    }

    @Test("what is told while there is a relay, and while there is none")
    func own() async throws {
        let port = Self.port()
        var settings = CallSettings()
        settings.credentialLifetime = .seconds(600)
        try await answers(settings, port, uri: "turns:example.org:443?transport=tcp") { kenji, server in
            #expect(await kenji.get(Self.path).text == "{}")
            port.setPort(1)
            let answer = await kenji.get(Self.path)
            #expect(answer["uris"]?.array.map { $0.map(\.string) } == ["turns:example.org:443?transport=tcp"])
            #expect(answer["ttl"]?.int == 600)
            let name = "\(server.clock.clock.now / 1000 + 600):\(kenji.user)"
            #expect(answer["username"]?.string == name)
            #expect(answer["password"]?.string == port.credentials.password(of: name))
            port.setPort(nil)
            #expect(await kenji.get(Self.path).text == "{}")
            #expect(await server.request(.get, Self.path).error == "M_MISSING_TOKEN")
        }
    }

    @Test("the administrator's relays instead")
    func others() async throws {
        var settings = CallSettings()
        settings.uris = ["turn:turn.example.org?transport=udp"]
        try await answers(settings, Self.port(), uri: nil) { kenji, _ in
            #expect(
                await kenji.get(Self.path)["uris"]?.array.map { $0.map(\.string) } == [
                    "turn:turn.example.org?transport=udp"
                ])
        }
        try await answers(CallSettings(), nil, uri: nil) { kenji, _ in #expect(await kenji.get(Self.path).text == "{}")
        }
    }

    @Test("the URI of the server's own port")
    func uri() {
        var configuration = ServerConfiguration()
        configuration.serverName = "example.org"
        configuration.listeners = [ListenerURL(isSecure: true, host: "0.0.0.0", port: 443)]
        #expect(RelayEndpoint.uri(configuration) == "turns:example.org:443?transport=tcp")
        configuration.wellKnownBaseURL = "https://chat.example.org:8443/"
        #expect(RelayEndpoint.uri(configuration) == "turns:chat.example.org:8443?transport=tcp")
        configuration.wellKnownBaseURL = "https://[2001:db8::1]"
        #expect(RelayEndpoint.uri(configuration) == "turns:[2001:db8::1]:443?transport=tcp")
        // Behind a proxy that speaks HTTP.
        configuration.listeners = [ListenerURL(isSecure: false, host: "127.0.0.1", port: 8008)]
        #expect(RelayEndpoint.uri(configuration) == nil)
        configuration.wellKnownBaseURL = nil
        #expect(RelayEndpoint.uri(configuration) == "turn:example.org:8008?transport=tcp")
        configuration.trustedProxies = [AddressRange("127.0.0.1")!]
        #expect(RelayEndpoint.uri(configuration) == nil)
    }

    @Test("ranges of ports")
    func ports() {
        #expect(CallSettings.ports("49152-65535") == 49_152...65_535)
        #expect(CallSettings.ports("2000-2000") == 2000...2000)
        for text in ["", "1", "1-2", "3000-2000", "2000-70000", "2000-3000-4000", "-2000"] {
            #expect(CallSettings.ports(text) == nil, "\(text)")
        }
    }
}
