import EventLoop
import Foundation
import JSON
import MatrixAPI
import Outbound
import Store
import StoreSQLite
import Testing

@testable import HTTP
@testable import Server

/// A whole server without sockets: real store in a folder of its own, journal, capabilities, router and application.
/// Time stands still unless a test moves it.
final class RouteHarness: Sendable {
    static let serverName = "mado.test"

    let folder: String
    let store: SQLiteStore
    let journal: Journal
    let loops: EventLoopGroup
    /// The loops' clock: limits, deadlines, long polls.
    let drivenClock: DrivenClock
    /// The time of day.
    let clock: TestClock
    let limiter: RateLimiter
    let log = RequestLog()

    let hasher: PasswordHasher
    let sessions: Sessions
    let accounts: Accounts
    let registrationTokens: RegistrationTokens
    let authentication: InteractiveAuthentication
    let profiles: Profiles
    let pushRules: PushRules
    let deliveries: Deliveries
    let application: MatrixApplication

    /// - Parameters:
    ///   - limits: none unless given.
    ///   - transport: how application services are asked.
    ///   - adding: makes further capabilities from what is there, and adds their routes.
    init(
        configuration: AccountsConfiguration = .test, limits: [RateLimitGroup: RateLimit] = [:],
        pendingAuthentications: Int = 64, services: ApplicationServices = .none,
        transport: any ServiceTransport = ScriptedServiceTransport(),
        mail: MailClient? = nil,
        adding: (RouteHarness.Parts, inout Routes) throws -> Void = { _, _ in }
    ) throws {
        folder = NSTemporaryDirectory() + "mado-test-" + UUID().uuidString
        store = try SQLiteStore(folder: folder)
        drivenClock = DrivenClock()
        clock = TestClock()
        loops = try EventLoopGroup(count: 1, name: "test", clock: .driven(drivenClock))
        journal = try Journal(store: store, clock: clock.clock)
        limiter = RateLimiter(limits: limits)
        hasher = PasswordHasher(cost: configuration.hashing)
        sessions = Sessions(journal: journal, clock: clock.clock)
        accounts = Accounts(
            configuration: configuration, journal: journal, sessions: sessions, hasher: hasher, clock: clock.clock)
        registrationTokens = RegistrationTokens(journal: journal, clock: clock.clock)
        let passwords = PasswordAuthentication(
            store: store, hasher: hasher, limiter: limiter, serverName: Self.serverName)
        let proofs = mail.map { [clock, limiter, journal, loops] mail in
            AddressProofs(
                journal: journal, post: MailPost(client: mail, loop: loops.loops[0], clock: clock.clock) { _ in },
                limiter: limiter, clock: clock.clock, serverName: Self.serverName,
                publicURL: configuration.publicBaseURL ?? "")
        }
        authentication = InteractiveAuthentication(
            passwords: passwords, registrationTokens: registrationTokens, addressProofs: proofs,
            capacity: pendingAuthentications)
        profiles = Profiles(journal: journal, clock: clock.clock)
        pushRules = PushRules(journal: journal)
        deliveries = Deliveries(journal: journal, loop: loops.loops[0], clock: clock.clock)
        journal.addObserver(deliveries)
        journal.addObserver(pushRules)

        var routes = Routes()
        let devices = Devices(journal: journal, sessions: sessions, authentication: authentication)
        let openID = OpenID(serverName: Self.serverName)
        let capabilities: [any RouteProviding] = [
            ServerDescription(publicBaseURL: configuration.publicBaseURL),
            Registration(
                accounts: accounts, sessions: sessions, tokens: registrationTokens, authentication: authentication,
                services: services),
            Login(
                journal: journal, sessions: sessions, passwords: passwords, authentication: authentication,
                publicBaseURL: configuration.publicBaseURL, services: services),
            ServiceEndpoints(services: services, journal: journal, transport: transport),
            sessions, openID,
            devices, AccountModeration(accounts: accounts, devices: devices),
            profiles, AccountData(journal: journal, pushRules: pushRules, deliveries: deliveries),
            Filters(journal: journal), MemberDirectory(store: store), pushRules,
        ]
        for capability in capabilities { capability.addRoutes(to: &routes) }
        if mail == nil {
            OwnAccount(accounts: accounts, authentication: authentication).addRoutes(to: &routes)
            NoContactAddresses().addRoutes(to: &routes)
        }
        try adding(
            Parts(
                store: store, journal: journal, loops: loops, clock: clock.clock, limiter: limiter,
                sessions: sessions, profiles: profiles, pushRules: pushRules, authentication: authentication,
                openID: openID, accounts: accounts, addressProofs: proofs, deliveries: deliveries),
            &routes)
        application = MatrixApplication(
            routes: routes, authenticator: sessions,
            services: ServiceAuthentication(services: services, journal: journal), limiter: limiter, observer: log)
    }

    /// What further capabilities are made from.
    struct Parts {
        let store: SQLiteStore
        let journal: Journal
        let loops: EventLoopGroup
        let clock: WallClock
        let limiter: RateLimiter
        let sessions: Sessions
        let profiles: Profiles
        let pushRules: PushRules
        let authentication: InteractiveAuthentication
        let openID: OpenID
        let accounts: Accounts
        /// nil without a mail server.
        let addressProofs: AddressProofs?
        let deliveries: Deliveries
    }

    /// Runs a test on a server, and stops that afterwards; the server must not have failed inside.
    static func run(
        configuration: AccountsConfiguration = .test, limits: [RateLimitGroup: RateLimit] = [:],
        pendingAuthentications: Int = 64, services: ApplicationServices = .none,
        transport: any ServiceTransport = ScriptedServiceTransport(),
        mail: MailClient? = nil,
        adding: (Parts, inout Routes) throws -> Void = { _, _ in },
        _ body: (RouteHarness) async throws -> Void
    ) async throws {
        let server = try RouteHarness(
            configuration: configuration, limits: limits, pendingAuthentications: pendingAuthentications,
            services: services, transport: transport, mail: mail, adding: adding)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        #expect(server.log.failures == [])
        await server.stop()
    }

    func stop() async {
        await journal.close()
        loops.shutdown()
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Requests

    /// Sends a request and returns what it is answered.
    ///
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - token: sent in the Authorization header.
    ///   - body: JSON.
    func request(
        _ method: HTTPMethod, _ target: String, token: String? = nil, body: String = "",
        address: String = "192.0.2.1"
    ) async -> TestAnswer {
        await begin(method, target, token: token, body: body, address: address).whole()
    }

    /// Sends a request without waiting for its answer: a long poll, a stream.
    func begin(
        _ method: HTTPMethod, _ target: String, token: String? = nil, body: String = "",
        address: String = "192.0.2.1"
    ) -> PendingAnswer {
        begin(method, target, token: token, bytes: Array(body.utf8), address: address)
    }

    /// - Parameters:
    ///   - bytes: the body, announced by its length unless `headers` says that it comes in chunks.
    ///   - endsWith: how the body ends behind its bytes.
    func begin(
        _ method: HTTPMethod, _ target: String, token: String? = nil, headers more: [(String, String)] = [],
        bytes: [UInt8], endsWith end: HTTPBodyError? = nil, address: String = "192.0.2.1"
    ) -> PendingAnswer {
        var headers = HTTPHeaders([("host", Self.serverName), ("user-agent", "tests")] + more)
        if let token { headers.add("authorization", "Bearer \(token)") }
        if !bytes.isEmpty, !headers.contains("transfer-encoding") {
            headers.add("content-length", String(bytes.count))
        }
        let head = HTTPRequestHead(
            method: method, target: target, headers: headers, version: .http11,
            remoteAddress: PeerAddress(address) ?? .unspecified, isSecure: true)
        let loop = loops.next()
        let stream = InProcessStream(requestBody: bytes, endsWith: end)
        let exchange = HTTPExchange(
            head: head, loop: loop, id: 1, stream: stream, hasBody: !bytes.isEmpty || end != nil,
            compression: ResponseCompression(threshold: .max))
        loop.execute { [application] in
            stream.exchange = exchange
            application.receive(exchange)
        }
        return PendingAnswer(exchange: exchange, stream: stream)
    }

    // MARK: Members

    /// A member with an account (password "correct horse") who is logged in.
    func member(_ name: String, device: String? = nil, isAdministrator: Bool = false) async throws -> TestMember {
        try await accounts.create(name: name, password: TestMember.password, isAdministrator: isAdministrator)
        return try await logIn(name, device: device)
    }

    /// Logs a member in once more.
    func logIn(_ name: String, device: String? = nil) async throws -> TestMember {
        let device = device.map { #","device_id":"\#($0)""# } ?? ""
        let answer = await request(
            .post, "/_matrix/client/v3/login",
            body: """
                {"type":"m.login.password","identifier":{"type":"m.id.user","user":"\(name)"},
                 "password":"\(TestMember.password)"\(device)}
                """)
        return TestMember(
            server: self, user: UserID(unchecked: try #require(answer["user_id"]?.string, "the log-in gave \(answer)")),
            device: DeviceID(unchecked: try #require(answer["device_id"]?.string)),
            token: try #require(answer["access_token"]?.string))
    }

    /// Makes a public room and has the members join it; returns it as it is then.
    func room(_ creator: TestMember, _ members: TestMember...) async throws -> RoomID {
        let room = RoomID.random(server: Self.serverName)
        let now = clock.now
        func draft(_ type: String, _ key: String, _ sender: UserID, _ content: String) throws -> EventDraft {
            try EventDraft(
                room: room, type: type, stateKey: key, sender: sender, content: json(content), timestamp: now)
        }
        let creation = try draft(
            "m.room.create", "", creator.user, #"{"creator":"\#(creator.user)","room_version":"10"}"#)
        let joining = try draft("m.room.member", creator.user.string, creator.user, #"{"membership":"join"}"#)
        let levels = try draft("m.room.power_levels", "", creator.user, #"{"users":{"\#(creator.user)":100}}"#)
        let rule = try draft("m.room.join_rules", "", creator.user, #"{"join_rule":"public"}"#)
        let joins = try members.map {
            try draft("m.room.member", $0.user.string, $0.user, #"{"membership":"join"}"#)
        }
        try await journal.write { transaction in
            try transaction.createRoom(room, version: .v10, creator: creator.user)
            try transaction.append(creation, to: room, context: AuthorisationContext(previousEvents: .none))
            try transaction.append(joining, to: room, context: AuthorisationContext(previousEvents: .createOnly))
            for draft in [levels, rule] + joins { try transaction.append(draft, to: room) }
        }
        return room
    }
}

extension AccountsConfiguration {
    /// Registration open, and passwords that cost next to nothing.
    static let test = AccountsConfiguration(
        serverName: RouteHarness.serverName, registration: .open,
        hashing: PasswordHashing(memory: 64, passes: 1, simultaneous: 2), publicBaseURL: "https://mado.test:8443")

    func with(_ change: (inout AccountsConfiguration) -> Void) -> AccountsConfiguration {
        var copy = self
        change(&copy)
        return copy
    }
}
