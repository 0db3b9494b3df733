import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// Proofs of addresses; with a real mail server and the whole way of a person in Tests/Integration/test-mail.
@Suite struct AddressProofTests {
    @Test func aLinkIsGoodOnceAndForAnHour() async throws {
        try await MailHarness.run { harness in
            _ = await harness.ask("account/3pid", "ana@example.org")
            let message = await harness.mail.messages(1)[0]
            let page = try await harness.open(message)
            #expect(page.status == 200)
            // Looking is not confirming.
            #expect(try await harness.open(message).status == 200)
            harness.server.clock.advance(by: .seconds(3601))
            #expect(try await harness.open(message).status == 404)
            #expect(try await harness.confirm(message).status == 404)
            _ = await harness.ask("account/3pid", "ana@example.org", attempt: 2)
            let second = await harness.mail.messages(2)[1]
            #expect(try await harness.confirm(second).status == 200)
            #expect(try await harness.confirm(second).status == 404)
            #expect(try await harness.open(second).status == 404)
        }
    }

    @Test func aPageOfThePersonsOwnLoadsNothingFromElsewhere() async throws {
        try await MailHarness.run { harness in
            _ = await harness.ask("account/3pid", "ana@example.org")
            let page = try await harness.open(await harness.mail.messages(1)[0])
            let policy = try #require(page.headers.first(named: "content-security-policy"))
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
            #expect(page.headers.first(named: "referrer-policy") == "no-referrer")
            #expect(page.headers.first(named: "cache-control") == "no-store")
        }
    }

    @Test func theStoreHasNoToken() async throws {
        try await MailHarness.run { harness in
            let sid = try #require(await harness.ask("account/3pid", "ana@example.org")["sid"]?.string)
            let link = try #require(await harness.mail.messages(1)[0].link)
            let token = try #require(link.split(separator: "=").last.map(String.init))
            let proof = try #require(try await harness.server.store.read { try $0.addressProof(sid) })
            #expect(proof.token == TokenHash(of: token))
            #expect(proof.secret == TokenHash(of: "s"))
        }
    }

    @Test func mailThatIsRefusedForTheMomentIsSentLater() async throws {
        try await MailHarness.run(refusals: ["451 not now", "421 not now"]) { harness in
            _ = await harness.ask("account/3pid", "ana@example.org")
            while await harness.mail.messages(0).isEmpty {
                await harness.server.drivenClock.advance(by: .seconds(5))
                await Task.yield()
            }
        }
    }

    @Test(arguments: [
        #"{"email":"a@b.org","send_attempt":1}"#, #"{"client_secret":"x","send_attempt":1}"#,
        #"{"client_secret":"x","email":"a@b.org"}"#,
    ])
    func whatIsMissingIsSaid(_ body: String) async throws {
        try await MailHarness.run { harness in
            let answer = await harness.server.request(
                .post, "/_matrix/client/v3/register/email/requestToken", body: body)
            #expect(answer.outcome == "400 M_MISSING_PARAM")
        }
    }

    @Test(arguments: [
        "no address", "a@b@c", "@b.org", "a@", "a b@c.org", "a@b.org\\r\\nBcc: c@d.org", "<a@b.org>", "a@[127.0.0.1]",
        "a@b..org", "\\u0000@b.org",
    ])
    func whatIsNoAddressIsRefused(_ address: String) async throws {
        try await MailHarness.run { harness in
            #expect(await harness.ask("account/3pid", address).outcome == "400 M_INVALID_PARAM")
        }
    }

    @Test func aForeignLinkIsNotFollowed() async throws {
        try await MailHarness.run { harness in
            for (number, next) in ["https://evil.example/", "https://mado.test:8443.evil.example/"].enumerated() {
                _ = await harness.server.request(
                    .post, "/_matrix/client/v3/account/3pid/email/requestToken",
                    body: """
                        {"client_secret":"s","email":"a\(number)@b.org","send_attempt":1,"next_link":"\(next)"}
                        """)
                let page = try await harness.confirm(await harness.mail.messages(number + 1)[number])
                #expect(page.status == 200)
            }
            _ = await harness.server.request(
                .post, "/_matrix/client/v3/account/3pid/email/requestToken",
                body: """
                    {"client_secret":"s","email":"c@b.org","send_attempt":1,"next_link":"https://mado.test:8443/x"}
                    """)
            let page = try await harness.confirm(await harness.mail.messages(3)[2])
            #expect(page.status == 303)
            #expect(page.headers.first(named: "location") == "https://mado.test:8443/x")
        }
    }

    @Test func anAddressBelongsToOne() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            // Both ask before either has it.
            let first = try #require(await harness.ask("account/3pid", "a@b.org", secret: "s1")["sid"]?.string)
            let second = try #require(await harness.ask("account/3pid", "a@b.org", secret: "s2")["sid"]?.string)
            for message in await harness.mail.messages(2) { _ = try await harness.confirm(message) }
            let path = "/_matrix/client/v3/account/3pid/add"
            let one = await hanako.post(path, #"{"sid":"\#(first)","client_secret":"s1",\#(hanako.proof())}"#)
            #expect(one.outcome == "200")
            let other = await kenji.post(path, #"{"sid":"\#(second)","client_secret":"s2",\#(kenji.proof())}"#)
            #expect(other.outcome == "400 M_THREEPID_IN_USE")
        }
    }

    @Test func aClosedAccountLetsItsAddressGo() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            try await harness.add("a@b.org", to: hanako)
            _ = await hanako.post("/_matrix/client/v3/account/deactivate", "{\(hanako.proof())}")
            let kenji = try await harness.server.member("kenji")
            try await harness.add("a@b.org", to: kenji)
        }
    }
}
