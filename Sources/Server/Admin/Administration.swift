import HTTP
import JSON
import MatrixAPI
import Store

/// What administrators ask of a server: the commands (`mado member`, `mado room`, …) over the socket in the data folder,
/// and programs of administrators over the clients' listeners, below `/_mado/v1/admin`.
///
/// There is no authentication on the socket: whoever reaches it may read the database as well.
package struct Administration: RouteProviding {
    typealias Add = (_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) -> Void

    /// Over what it is asked.
    package enum Access: Sendable {
        case socket
        case clients
    }

    private let access: Access
    let accounts: Accounts
    private let tokens: RegistrationTokens
    private let reports: Reports
    let rooms: RoomModeration
    let media: MediaModeration
    let notices: ServerNotices
    let serverName: String

    package init(
        _ access: Access, accounts: Accounts, tokens: RegistrationTokens, reports: Reports, rooms: RoomModeration,
        media: MediaModeration, notices: ServerNotices, serverName: String
    ) {
        self.access = access
        self.accounts = accounts
        self.tokens = tokens
        self.reports = reports
        self.rooms = rooms
        self.media = media
        self.notices = notices
        self.serverName = serverName
    }

    package func addRoutes(to routes: inout Routes) {
        var found: [Endpoint] = []
        addRoutes { found.append(Endpoint(method: $0, path: $1, handler: $2)) }
        for endpoint in found {
            switch access {
            case .socket:
                routes.add(
                    endpoint.method, endpoint.path, authentication: .none, limit: .unlimited, endpoint.handler)
            case .clients:
                routes.add(endpoint.method, "/_mado/v1/admin" + endpoint.path, authentication: .membersOnly) {
                    request in
                    guard request.session.isAdministrator else {
                        throw MatrixError.forbidden("Only administrators may do this")
                    }
                    return try await endpoint.handler(request)
                }
            }
        }
    }

    private struct Endpoint {
        let method: HTTPMethod
        let path: String
        let handler: Route.Handler
    }

    private func addRoutes(_ add: Add) {
        addMemberRoutes(add)
        addRoomRoutes(add)
        addMediaRoutes(add)
        add(.get, "/tokens") { _ in try await listTokens() }
        add(.post, "/tokens") { try await createToken($0) }
        add(.delete, "/tokens/{token}") { try await revokeToken($0) }
        add(.get, "/reports") { try await listReports($0) }
        add(.delete, "/reports/{id}") { try await closeReport($0) }
    }

    /// The account that is meant: a name, or a whole identifier of this server.
    func user(_ name: String) throws -> UserID {
        try Localpart.member(named: name, server: serverName)
    }

    // MARK: Reports

    /// `GET /reports?after=…`: at most 500.
    private func listReports(_ request: Request) async throws -> Answer {
        let after = try request.query("after", in: 0...Int.max) ?? 0
        let found = try await reports.all(after: Int64(after), limit: 500)
        return .object { object in
            object.array("reports") { array in
                for report in found {
                    array.object { object in
                        object.member("id", report.id)
                        object.member("reporter", report.reporter.string)
                        object.memberIfPresent("user", report.user?.string)
                        object.memberIfPresent("room", report.room?.string)
                        object.memberIfPresent("event", report.event?.string)
                        object.member("reason", report.reason)
                        object.member("created", report.created)
                    }
                }
            }
        }
    }

    private func closeReport(_ request: Request) async throws -> Answer {
        guard let id = Int64(request.parameter("id")), try await reports.close(id) else {
            throw MatrixError.notFound("There is no such report")
        }
        return .empty
    }

    // MARK: Registration tokens

    private func listTokens() async throws -> Answer {
        let all = try await tokens.all()
        return .object { object in
            object.array("tokens") { array in for token in all { array.object { Self.write(token, into: &$0) } } }
        }
    }

    /// `POST /tokens` with `uses`, and `expires` in milliseconds since 1970.
    private func createToken(_ request: Request) async throws -> Answer {
        let uses = request.body["uses"]?.int.map(Int.init)
        let made = try await tokens.create(uses: uses, expires: request.body["expires"]?.int)
        return .object { Self.write(made, into: &$0) }
    }

    private func revokeToken(_ request: Request) async throws -> Answer {
        guard try await tokens.revoke(request.parameter("token")) else {
            throw MatrixError.notFound("There is no such token")
        }
        return .empty
    }

    private static func write(_ token: StoredRegistrationToken, into object: inout JSONWriter) {
        object.member("token", token.token)
        object.memberIfPresent("uses_allowed", token.usesAllowed)
        object.member("used", token.completed)
        object.memberIfPresent("expires", token.expires)
    }
}
