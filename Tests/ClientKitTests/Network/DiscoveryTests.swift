import Testing

@testable import ClientKit

/// Servers that are found by what somebody enters.
struct DiscoveryTests {
    private func transport(_ answers: [String: (Int, String)]) -> FakeTransport {
        FakeTransport { request in
            guard let (status, body) = answers[request.url] else {
                throw TransportError.cannotConnect(host: request.url)
            }
            return ClientResponse(
                status: status, headers: [("content-type", "application/json")], body: Array(body.utf8))
        }
    }

    private func server(
        _ base: String, register: (Int, String) = (403, #"{"errcode":"M_FORBIDDEN"}"#), isMado: Bool = false
    ) -> [String: (Int, String)] {
        var answers = [
            base + "/_matrix/client/versions": (200, #"{"versions":["v1.1","v1.11"]}"#),
            base + "/_matrix/client/v3/login": (
                200, #"{"flows":[{"type":"m.login.password"},{"type":"m.login.token"}]}"#
            ),
            base + "/_matrix/client/v3/register": register,
            base + "/_mado/v1/health": (404, #"{"errcode":"M_UNRECOGNIZED"}"#),
        ]
        if isMado { answers[base + "/_mado/v1/health"] = (200, #"{"status":"ok","version":"0.1.0"}"#) }
        return answers
    }

    @Test func whatCanBeEntered() {
        func entered(_ text: String) -> [String]? { ServerName(text).map { [$0.name, $0.baseURL, "\($0.isExact)"] } }
        #expect(entered(" example.org ") == ["example.org", "https://example.org", "false"])
        #expect(entered("example.org:8448/") == ["example.org:8448", "https://example.org:8448", "true"])
        #expect(entered("HTTP://localhost:8008") == ["localhost:8008", "HTTP://localhost:8008", "true"])
        #expect(entered("https://example.org/matrix/") == ["example.org", "https://example.org/matrix", "true"])
        #expect(entered("@hanako:example.org:8448") == ["example.org:8448", "https://example.org:8448", "true"])
        #expect(entered("[::1]:8443") == ["[::1]:8443", "https://[::1]:8443", "true"])
        for wrong in [
            "", "  ", "two words", "ftp://example.org", "example.org/path", "https://user@example.org", "a?b",
        ] {
            #expect(entered(wrong) == nil, "\(wrong)")
        }
    }

    @Test func aNameLeadsToWhereItSays() async throws {
        var answers = server("https://matrix.example.org:8443", isMado: true)
        answers["https://example.org/.well-known/matrix/client"] = (
            200, #"{"m.homeserver":{"base_url":"https://matrix.example.org:8443/"}}"#
        )
        let found = try await Discovery.find("example.org", transport: transport(answers))
        #expect(
            found
                == ServerDescription(
                    serverName: "example.org", baseURL: "https://matrix.example.org:8443", isMado: true,
                    loginFlows: ["m.login.password", "m.login.token"], registration: .closed,
                    versions: ["v1.1", "v1.11"]))
    }

    @Test func aNameThatSaysNothingIsTheServer() async throws {
        for answer in [(404, "{}"), (200, "{}"), nil] as [(Int, String)?] {
            var answers = server("https://example.org")
            answers["https://example.org/.well-known/matrix/client"] = answer
            if answer?.0 == 200 {
                // A file that is there and says nothing is a mistake to be told.
                await #expect(throws: DiscoveryError.invalidWellKnown(name: "example.org")) {
                    try await Discovery.find("example.org", transport: transport(answers))
                }
            } else {
                let found = try await Discovery.find("example.org", transport: transport(answers))
                #expect(found.baseURL == "https://example.org" && !found.isMado)
            }
        }
    }

    @Test func aURLIsBelieved() async throws {
        var answers = server("https://example.org:8443")
        answers["https://example.org/.well-known/matrix/client"] = (
            200, #"{"m.homeserver":{"base_url":"https://elsewhere.example"}}"#
        )
        answers.merge(server("https://elsewhere.example")) { $1 }
        let here = try await Discovery.find("https://example.org:8443", transport: transport(answers))
        #expect(here.baseURL == "https://example.org:8443")
        // Unless nothing is there.
        let there = try await Discovery.find("https://example.org", transport: transport(answers))
        #expect(there.baseURL == "https://elsewhere.example")
        await #expect(throws: TransportError.self) {
            try await Discovery.find("nowhere.example", transport: transport([:]))
        }
    }

    @Test func aCertificateProblemIsNotPassedOver() async {
        let problem = TransportError.certificate(CertificateProblem(host: "example.org", reason: .expired))
        let transport = FakeTransport { _ in throw problem }
        for name in ["example.org", "https://example.org", "example.org:8448"] {
            await #expect(throws: problem) { try await Discovery.find(name, transport: transport) }
        }
    }

    @Test func noMoreSecurityIsGivenUpThanWasEntered() async {
        var answers = server("http://example.org")
        answers["https://example.org/.well-known/matrix/client"] = (
            200, #"{"m.homeserver":{"base_url":"http://example.org"}}"#
        )
        await #expect(throws: DiscoveryError.invalidWellKnown(name: "example.org")) {
            try await Discovery.find("example.org", transport: transport(answers))
        }
    }

    @Test func somethingElseThatAnswers() async {
        let transport = FakeTransport { _ in ClientResponse(status: 200, body: Array("<html>".utf8)) }
        await #expect(throws: DiscoveryError.noMatrixServer(url: "https://example.org")) {
            try await Discovery.find("example.org", transport: transport)
        }
    }

    @Test(arguments: [
        (#"{"flows":[{"stages":["m.login.dummy"]}]}"#, ServerDescription.Registration.open),
        (#"{"flows":[{"stages":["m.login.recaptcha"]},{"stages":[]}]}"#, .open),
        (#"{"flows":[{"stages":["m.login.registration_token","m.login.dummy"]}]}"#, .token),
        (#"{"flows":[{"stages":["m.login.email.identity"]}]}"#, .closed), ("{}", .closed), ("nonsense", .closed),
    ]) func whoMayRegister(flows: String, expected: ServerDescription.Registration) async throws {
        let answers = server("https://example.org:1", register: (401, flows))
        let found = try await Discovery.find("example.org:1", transport: transport(answers))
        #expect(found.registration == expected)
    }
}
