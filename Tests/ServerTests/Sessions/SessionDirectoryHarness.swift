import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

@testable import Server

/// A server with the session directory, and a second server `arcade` that may ask.
struct SessionDirectoryHarness {
    static let root = "/_mado/v1/sessions"

    let server: RouteHarness
    let servers: SecondServers
    /// The second server's.
    let token: String

    static func run(
        networks: [String] = [], _ body: (SessionDirectoryHarness) async throws -> Void
    ) async throws {
        let made = Made()
        try await RouteHarness.run(
            adding: { parts, routes in
                let capabilities = SyncHarness.Capabilities()
                SyncHarness.add(to: parts, &routes, capabilities: capabilities)
                guard let presence = capabilities.presence else { return }
                let servers = SecondServers(journal: parts.journal)
                var settings = SessionDirectory.Settings()
                settings.addressNetworks = networks.compactMap { AddressRange($0) }
                let calls = CallDirectory(
                    journal: parts.journal, presence: presence, loop: parts.loops.loops[0], clock: parts.clock)
                parts.journal.addObserver(calls)
                calls.addRoutes(to: &routes)
                let directory = SessionDirectory(
                    servers: servers,
                    rooms: Rooms(journal: parts.journal, serverName: RouteHarness.serverName, clock: parts.clock),
                    presence: presence, calls: calls, sessions: parts.sessions, openID: parts.openID,
                    limiter: parts.limiter,
                    settings: settings, clock: parts.clock)
                parts.journal.addObserver(directory)
                presence.addObserver { directory.presenceChanged(of: $0) }
                directory.addRoutes(to: &routes)
                made.servers = servers
            },
            { server in
                guard let servers = made.servers else { preconditionFailure("the harness adds it") }
                let token = try await servers.set(Self.arcade)
                try await body(SessionDirectoryHarness(server: server, servers: servers, token: token))
            })
    }

    static let arcade = SecondServers.Wish(
        name: "arcade", title: "Arcade", url: "https://mado.test/second/arcade/", upstream: nil)

    private final class Made {
        var servers: SecondServers?
    }

    // MARK: What a second server asks

    func get(_ path: String, token: String? = nil) async -> TestAnswer {
        await server.request(.get, Self.root + path, token: token ?? self.token)
    }

    func post(_ path: String, _ body: String, token: String? = nil) async -> TestAnswer {
        await server.request(.post, Self.root + path, token: token ?? self.token, body: body)
    }

    func put(_ path: String, _ body: String, token: String? = nil) async -> TestAnswer {
        await server.request(.put, Self.root + path, token: token ?? self.token, body: body)
    }

    /// The identifiers of those who share a session with the member.
    func people(of member: TestMember, token: String? = nil) async -> [String] {
        let answer = await get("/people/\(member.user)", token: token)
        return (answer["people"]?.array.map(Array.init) ?? []).compactMap { $0["user_id"]?.string }
    }

    /// The member shows to the second server who they are.
    @discardableResult
    func logIn(_ member: TestMember, token: String? = nil) async -> TestAnswer {
        let path = "/_matrix/client/v3/user/\(member.user)/openid/request_token"
        let openID = await member.post(path)["access_token"]?.string ?? ""
        return await post("/logins", #"{"openid_token":"\#(openID)"}"#, token: token)
    }
}
