import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// A server with one application service, a bridge to IRC.
struct ServiceScene {
    static let token = "as-secret"
    static let sender = UserID(unchecked: "@_irc_bot:mado.test")

    let server: RouteHarness
    let transport: ScriptedServiceTransport
    let service: ApplicationService
    let rooms: Rooms
    /// Stands still until it is started.
    let deliveries: ServiceDeliveries
    let typing: Typing

    static func service(_ change: (inout ApplicationService) -> Void = { _ in }) throws -> ApplicationService {
        var service = ApplicationService(
            id: "irc", url: "http://bridge", token: token, serverToken: "hs-secret", sender: sender)
        service.users = [.init(isExclusive: true, expression: try RegularExpression("@_irc_.*"))]
        service.aliases = [.init(isExclusive: true, expression: try RegularExpression("#_irc_.*"))]
        service.protocols = ["irc"]
        service.receivesEphemeral = true
        change(&service)
        return service
    }

    static func run(
        limits: [RateLimitGroup: RateLimit] = [:], _ change: (inout ApplicationService) -> Void = { _ in },
        _ body: (ServiceScene) async throws -> Void
    ) async throws {
        let transport = ScriptedServiceTransport()
        let service = try service(change)
        let services = try ApplicationServices([service])
        var made: (Rooms, ServiceDeliveries, Typing)?
        try await RouteHarness.run(
            limits: limits, services: services, transport: transport,
            adding: { parts, routes in
                let rooms = Rooms(
                    journal: parts.journal, serverName: RouteHarness.serverName, clock: parts.clock,
                    services: ServiceQueries(services: services, journal: parts.journal, transport: transport))
                let deliveries = ServiceDeliveries(
                    services: services, journal: parts.journal, transport: transport, loop: parts.loops.loops[0],
                    clock: parts.clock)
                let sequence = EphemeralSequence(epoch: 1)
                let typing = Typing(journal: parts.journal, sequence: sequence) { deliveries.typingChanged(in: $0) }
                let presence = Presence(
                    journal: parts.journal, sequence: sequence, clock: parts.clock, loop: parts.loops.loops[0]
                ) { _ in }
                deliveries.attach(typing: typing, presence: presence)
                parts.journal.addObserver(deliveries)
                let receipts = Receipts(journal: parts.journal, clock: parts.clock)
                let publicRooms = PublicRooms(journal: parts.journal, serverName: RouteHarness.serverName)
                for capability in [rooms, typing, receipts, publicRooms] as [any RouteProviding] {
                    capability.addRoutes(to: &routes)
                }
                made = (rooms, deliveries, typing)
            }
        ) { server in
            let (rooms, deliveries, typing) = try #require(made)
            try await body(
                ServiceScene(
                    server: server, transport: transport, service: service, rooms: rooms, deliveries: deliveries,
                    typing: typing))
            deliveries.stop()
        }
    }

    /// The service's request, as one of its users if one is named.
    func ask(_ method: HTTPMethod, _ target: String, as user: String? = nil, body: String = "") async -> TestAnswer {
        let divider = target.contains("?") ? "&" : "?"
        let query = user.map { "\(divider)user_id=%40\($0):mado.test" } ?? ""
        return await server.request(method, target + query, token: Self.token, body: body)
    }

    func register(_ name: String, inhibitsLogin: Bool = true) async -> TestAnswer {
        await server.request(
            .post, "/_matrix/client/v3/register", token: Self.token,
            body: """
                {"type":"m.login.application_service","username":"\(name)","inhibit_login":\(inhibitsLogin)}
                """)
    }
}
