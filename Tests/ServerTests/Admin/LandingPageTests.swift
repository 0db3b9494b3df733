import HTTP
import Server
import Testing

@Suite struct LandingPageTests {
    private func page(
        _ change: (inout (name: String, policy: RegistrationSettings.Policy, fingerprint: String?, demo: Bool)) ->
            Void = { _ in }
    )
        -> HTTPResponse
    {
        var content = (
            name: "localhost", policy: RegistrationSettings.Policy.closed, fingerprint: String?.none, demo: false
        )
        change(&content)
        return LandingPage(
            .init(
                baseURL: "https://localhost:8443", serverName: content.name, registration: content.policy,
                authorityFingerprint: content.fingerprint, isDemo: content.demo)
        ).response()
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test func itSaysHowToConnect() {
        let text = text(page())
        #expect(text.contains("https://localhost:8443"))
        #expect(text.contains("@you:localhost"))
        #expect(!text.contains("/ca.crt"))
        #expect(!text.contains("demonstration"))
    }

    @Test func itSpeaksOfTheAuthorityOnlyWhereThereIsOne() {
        let text = text(page { $0.fingerprint = "AB:CD" })
        #expect(text.contains("href=\"/ca.crt\""))
        #expect(text.contains("AB:CD"))
    }

    @Test func eachPolicyHasItsWords() {
        #expect(text(page { $0.policy = .open }).contains("Create account"))
        #expect(text(page { $0.policy = .token }).contains("registration token"))
        #expect(text(page { $0.policy = .closed }).contains("administrator of this server gave you"))
    }

    @Test func nothingRunsAndNothingIsLoaded() throws {
        let response = page { $0.name = "<script>alert(1)</script>" }
        let text = text(response)
        #expect(!text.contains("<script"))
        #expect(!text.contains(" style="))
        let policy = try #require(response.headers.first(named: "content-security-policy"))
        #expect(policy.contains("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(!policy.contains("http"))
        #expect(response.headers.first(named: "x-content-type-options") == "nosniff")
    }

    @Test func healthSaysWhetherWritesReachTheDisk() {
        let states: [(Health.State, Int, String)] = [
            (.working, 200, "ok"), (.failing(reason: "disk full"), 503, "failing"), (.stopping, 503, "stopping"),
        ]
        for (state, status, word) in states {
            let response = Health(journal: { state }).response()
            #expect(response.status.code == status)
            #expect(text(response).contains("\"status\":\"\(word)\""))
            #expect(!text(response).contains("disk full"))
        }
    }
}
