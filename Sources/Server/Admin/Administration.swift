import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado member`, `mado token`, `mado report` and `mado doctor` ask of a server, over the socket in the data folder. There is no
/// authentication: whoever reaches that socket may read the database as well.
package struct Administration: RouteProviding {
    private let accounts: Accounts
    private let tokens: RegistrationTokens
    private let reports: Reports
    private let serverName: String
    private let health: Health

    package init(
        accounts: Accounts, tokens: RegistrationTokens, reports: Reports, serverName: String, health: Health
    ) {
        self.accounts = accounts
        self.tokens = tokens
        self.reports = reports
        self.serverName = serverName
        self.health = health
    }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited, handler)
        }
        add(.get, "/health") { [health] _ in .response(health.response()) }
        add(.get, "/members") { try await list($0) }
        add(.post, "/members") { try await create($0) }
        add(.post, "/members/{name}/disable") { try await disable($0) }
        add(.post, "/members/{name}/password") { try await setPassword($0) }
        add(.get, "/tokens") { _ in try await listTokens() }
        add(.post, "/tokens") { try await createToken($0) }
        add(.delete, "/tokens/{token}") { try await revokeToken($0) }
        add(.get, "/reports") { try await listReports($0) }
        add(.delete, "/reports/{id}") { try await closeReport($0) }
    }

    // MARK: Members

    /// `GET /members?after=…`: at most 500, with `next` when there are more.
    private func list(_ request: Request) async throws -> Answer {
        let limit = 500
        let after = try request.query("after").map { try user($0) }
        let found = try await accounts.list(after: after, limit: limit)
        return .object { object in
            object.array("members") { array in
                for account in found {
                    array.object { object in
                        object.member("user_id", account.user.string)
                        object.member("kind", account.kind.rawValue)
                        object.member("created", account.created)
                        object.member("disabled", account.isDeactivated)
                        object.member("locked", account.isLocked)
                        object.member("has_password", account.passwordHash != nil)
                    }
                }
            }
            if found.count == limit, let last = found.last { object.member("next", last.user.string) }
        }
    }

    /// `POST /members` with `name`, `password`, `display_name`, `admin`.
    private func create(_ request: Request) async throws -> Answer {
        guard let name = request.body["name"]?.string else { throw MatrixError.missingParam("name") }
        let wanted = name.hasPrefix("@") ? String(try user(name).localpart) : name
        let made = try await accounts.create(
            name: wanted, password: request.body["password"]?.string,
            isAdministrator: request.body["admin"]?.bool ?? false, displayName: request.body["display_name"]?.string)
        return .object { $0.member("user_id", made.string) }
    }

    /// `POST /members/{name}/disable`
    private func disable(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        guard let account = try await accounts.account(user), !account.isDeactivated else {
            throw MatrixError.notFound("There is no such account, or it was closed already")
        }
        try await accounts.deactivate(user)
        return .object { $0.member("user_id", user.string) }
    }

    /// `POST /members/{name}/password` with `password`, `keep_devices`.
    private func setPassword(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        guard let password = request.body["password"]?.string else { throw MatrixError.missingParam("password") }
        let keepsDevices = request.body["keep_devices"]?.bool ?? false
        try await accounts.setPassword(of: user, to: password, endsSessions: !keepsDevices)
        return .object { $0.member("user_id", user.string) }
    }

    /// The account that is meant: a name, or a whole identifier of this server.
    private func user(_ name: String) throws -> UserID {
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
