import MatrixAPI
import Server
import Testing

@testable import mado

@Suite struct ApplicationServiceFileTests {
    private static let file = #"""
        # The bridge's own words.
        id: "IRC Bridge"
        url: http://127.0.0.1:1234/
        as_token: 'secret'
        hs_token: other
        sender_localpart: _irc_bot
        rate_limited: false
        de.sorunome.msc2409.push_ephemeral: true
        protocols: [irc]
        namespaces:
          users:
            - exclusive: true
              regex: "@_irc_.*"
            - regex: '@irc\.bot:example\.org'
              exclusive: false
          aliases:
          - {exclusive: false, regex: "#_irc_.*"}
          rooms: []
        """#

    private func read(_ text: String) throws -> ApplicationService {
        try ApplicationServiceFile.service(try YAMLReader.read(Array(text.utf8)), serverName: "example.org")
    }

    @Test func aRegistrationIsRead() throws {
        let service = try read(Self.file)
        #expect(service.id == "IRC Bridge")
        #expect(service.url == "http://127.0.0.1:1234")
        #expect(service.token == "secret" && service.serverToken == "other")
        #expect(service.sender.string == "@_irc_bot:example.org")
        #expect(!service.isRateLimited && service.receivesEphemeral)
        #expect(service.protocols == ["irc"])
        #expect(service.users.map(\.isExclusive) == [true, false])
        #expect(service.owns(UserID(unchecked: "@_irc_anna:example.org")))
        #expect(!service.owns(UserID(unchecked: "@_irc_anna:elsewhere.org")))
        #expect(!service.owns(UserID(unchecked: "@ircxbot:example.org")))
        #expect(try read(Self.file.replacing("http://127.0.0.1:1234/", with: "null")).url == nil)
    }

    @Test(arguments: [
        ("id: \"IRC Bridge\"", "id:"), ("http://127.0.0.1:1234/", "ftp://x"), ("as_token: 'secret'", "x: y"),
        ("_irc_bot", "':'"), ("\"@_irc_.*\"", "\"@(_irc\""), ("\"@_irc_.*\"", "\"(a)\\\\1\""),
        ("rate_limited: false", "rate_limited: 7"), ("protocols: [irc]", "protocols: irc"),
        ("namespaces:", "spaces:"), ("exclusive: true", "exclusive: *a"),
    ])
    func whatIsWrongIsSaid(found: String, put: String) {
        #expect(throws: (any Error).self) { try read(Self.file.replacing(found, with: put, maxReplacements: 1)) }
    }

    @Test(arguments: [
        "", "a: [", "a: *b", "a: 1\na: 2", "{[a]: b}", String(repeating: "[", count: 100), "\t- x: y",
        String(repeating: "- a\n", count: 20_000),
    ])
    func whatIsNoSmallYAMLIsRefused(text: String) {
        #expect(throws: YAMLError.self) { try YAMLReader.read(Array(text.utf8)) }
    }

    @Test func twoServicesHaveNothingInCommon() throws {
        let service = try read(Self.file)
        #expect(throws: ApplicationServiceError.self) { try ApplicationServices([service, service]) }
    }
}
