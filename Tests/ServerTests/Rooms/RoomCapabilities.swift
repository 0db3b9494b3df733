import HTTP
import JSON
import MatrixAPI
import Synchronization
import Testing

@testable import Server

/// The capabilities about rooms on a harness's server.
struct RoomCapabilities: Sendable {
    let rooms: Rooms
    let receipts: Receipts
    let publicRooms: PublicRooms
    let typing: Typing
    let sequence: EphemeralSequence
    let typingChanges: TypingChanges

    /// The rooms whose typing changed, in order.
    final class TypingChanges: Sendable {
        private let rooms = Mutex<[RoomID]>([])
        var all: [RoomID] { rooms.withLock { $0 } }
        func add(_ room: RoomID) { rooms.withLock { $0.append(room) } }
    }

    init(_ parts: RouteHarness.Parts, _ configuration: Rooms.Configuration) {
        rooms = Rooms(
            journal: parts.journal, serverName: RouteHarness.serverName, configuration: configuration,
            clock: parts.clock)
        receipts = Receipts(journal: parts.journal, clock: parts.clock)
        publicRooms = PublicRooms(journal: parts.journal, serverName: RouteHarness.serverName)
        sequence = EphemeralSequence(epoch: 1)
        let changes = TypingChanges()
        typingChanges = changes
        typing = Typing(journal: parts.journal, sequence: sequence) { changes.add($0) }
    }

    func addRoutes(to routes: inout Routes) {
        for capability in [rooms, receipts, publicRooms, typing] as [any RouteProviding] {
            capability.addRoutes(to: &routes)
        }
    }
}

extension RouteHarness {
    /// Runs a test on a server with rooms.
    static func withRooms(
        configuration: AccountsConfiguration = .test, rooms: Rooms.Configuration = Rooms.Configuration(),
        limits: [RateLimitGroup: RateLimit] = [:],
        _ body: (RouteHarness, RoomCapabilities) async throws -> Void
    ) async throws {
        var made: RoomCapabilities?
        try await run(
            configuration: configuration, limits: limits,
            adding: { parts, routes in
                let capabilities = RoomCapabilities(parts, rooms)
                capabilities.addRoutes(to: &routes)
                made = capabilities
            }
        ) { server in try await body(server, try #require(made)) }
    }

    /// A guest who is logged in.
    func guest() async throws -> TestMember {
        let answer = await request(.post, "/_matrix/client/v3/register?kind=guest", body: "{}")
        return TestMember(
            server: self, user: UserID(unchecked: try #require(answer["user_id"]?.string)),
            device: DeviceID(unchecked: try #require(answer["device_id"]?.string)),
            token: try #require(answer["access_token"]?.string))
    }
}
