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

/// A server with a mail server beside it.
struct MailHarness {
    let server: RouteHarness
    let mail: TestMailServer
    let digests: MailDigests
    let invites: MailInvites

    static func run(
        refusals: [String] = [], configuration: AccountsConfiguration = .test,
        limits: [RateLimitGroup: RateLimit] = [:], _ body: (MailHarness) async throws -> Void
    ) async throws {
        let mail = TestMailServer(refusals: refusals)
        var settings = MailSettings()
        settings.server = mail.address
        settings.security = .none
        settings.from = "Mado <mado@mado.test>"
        let client = try #require(try MailClient(settings, authorityFile: nil))
        var made: (MailDigests, MailInvites)?
        try await RouteHarness.run(
            configuration: configuration, limits: limits, mail: client,
            adding: { parts, routes in
                let loop = parts.loops.loops[0]
                let base = "https://mado.test:8443"
                let name = RouteHarness.serverName
                let proofs = try #require(parts.addressProofs)
                let invites = MailInvites(
                    journal: parts.journal, client: client, loop: loop, limiter: parts.limiter, clock: parts.clock,
                    serverName: name, publicURL: base)
                let digests = MailDigests(
                    journal: parts.journal, client: client, loop: loop, clock: parts.clock, delay: .seconds(600),
                    serverName: name, publicURL: base)
                let ignoredUsers = IgnoredUsers()
                let unread = UnreadCounts(rules: parts.pushRules, ignoredUsers: ignoredUsers)
                let pushers = Pushers(
                    journal: parts.journal, http: try HTTPClient(OutboundSettings()), loop: loop,
                    rules: parts.pushRules, ignoredUsers: ignoredUsers, unread: unread, sendsMail: true,
                    clock: parts.clock)
                for observer in [ignoredUsers, unread, pushers] as [any JournalObserver] {
                    parts.journal.addObserver(observer)
                }
                let addresses = ContactAddresses(
                    journal: parts.journal, proofs: proofs, authentication: parts.authentication,
                    accounts: parts.accounts, invites: invites, pushers: pushers, sendsDigests: true)
                let rooms = Rooms(
                    journal: parts.journal, serverName: name, clock: parts.clock, mailInvites: invites)
                for capability in [
                    addresses, invites, pushers,
                    OwnAccount(
                        accounts: parts.accounts, authentication: parts.authentication, addresses: addresses), rooms,
                    Receipts(journal: parts.journal, clock: parts.clock),
                    MailPages(proofs: proofs, publicURL: base),
                    AuthenticationFallback(authentication: parts.authentication, proofs: proofs),
                ] as [any RouteProviding] { capability.addRoutes(to: &routes) }
                made = (digests, invites)
            }
        ) { server in
            let (digests, invites) = try #require(made)
            try await body(MailHarness(server: server, mail: mail, digests: digests, invites: invites))
        }
    }

    // MARK: What clients do

    /// Asks for a mail.
    func ask(_ path: String, _ address: String, attempt: Int = 1, secret: String = "s") async -> TestAnswer {
        await server.request(
            .post, "/_matrix/client/v3/\(path)/email/requestToken",
            body: #"{"client_secret":"\#(secret)","email":"\#(address)","send_attempt":\#(attempt)}"#)
    }

    /// What a browser gets that opens the link.
    func open(_ message: TestMailServer.Message) async throws -> TestAnswer {
        let link = try #require(message.link)
        return await server.request(.get, String(link.dropFirst("https://mado.test:8443".count)))
    }

    /// Presses the button on the page that the link leads to.
    func confirm(_ message: TestMailServer.Message) async throws -> TestAnswer {
        let link = try #require(message.link)
        let query = try #require(link.split(separator: "?").last)
        return await server.request(.post, AddressProofs.path, body: String(query))
    }

    /// Gives a member an address that they proved.
    func add(_ address: String, to member: TestMember) async throws {
        let count = await mail.messages(0).count
        let sid = try #require(await ask("account/3pid", address)["sid"]?.string)
        let page = try await confirm(try #require(await mail.messages(count + 1).last))
        #expect(page.status == 200)
        let added = await member.post(
            "/_matrix/client/v3/account/3pid/add", #"{"sid":"\#(sid)","client_secret":"s",\#(member.proof())}"#)
        #expect(added.outcome == "200")
    }
}
