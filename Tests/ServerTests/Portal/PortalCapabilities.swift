import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// The portal on a harness's server, with the capabilities about rooms.
struct PortalCapabilities: Sendable {
    let portal: Portal
    let roles: MemberRoles
    let rooms: Rooms

    init(_ parts: RouteHarness.Parts, settings: PortalSettings = PortalSettings()) {
        rooms = Rooms(
            journal: parts.journal, serverName: RouteHarness.serverName, clock: parts.clock)
        portal = Portal(rooms: rooms, settings: settings, clock: parts.clock)
        roles = MemberRoles(journal: parts.journal)
        roles.addObserver(portal)
    }

    /// Makes a feed.
    @discardableResult
    func feed(_ name: String, isDefault: Bool = true, order: String = "") async throws -> RoomID {
        var creation = PortalRoomCreation(
            type: .feed, name: name.prefix(1).uppercased() + name.dropFirst(),
            description: json(#"{"name":"\#(name)","kind":"text","default_subscribed":\#(isDefault)}"#))
        creation.order = order
        return try await portal.makeRoom(creation)
    }
}

extension RouteHarness {
    /// Runs a test on a server with a portal.
    static func withPortal(
        settings: PortalSettings = PortalSettings(), _ body: (RouteHarness, PortalCapabilities) async throws -> Void
    ) async throws {
        var made: PortalCapabilities?
        try await run(adding: { parts, routes in
            let capabilities = PortalCapabilities(parts, settings: settings)
            SyncHarness.add(to: parts, &routes)
            capabilities.portal.addRoutes(to: &routes)
            made = capabilities
        }) { server in
            let capabilities = try #require(made)
            server.accounts.addObserver(capabilities.portal)
            try await capabilities.portal.prepare()
            try await body(server, capabilities)
        }
    }
}
