import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

extension SessionDirectory: RouteProviding {
    /// How long a second server may wait for changes.
    private static let longestWait = 60_000

    package func addRoutes(to routes: inout Routes) {
        let root = "/_mado/v1/sessions"
        func serve(
            _ method: HTTPMethod, _ path: String,
            _ handler: @escaping @Sendable (Request, StoredSecondServer) async throws -> Answer
        ) {
            routes.add(method, root + path, authentication: .none, limit: .unlimited, maximumBodyBytes: 16_384) {
                [servers] request in
                try await handler(request, try await servers.server(making: request))
            }
        }
        serve(.post, "/logins") { [self] in try await logIn($0, $1) }
        serve(.get, "/addresses/{address}") { [self] in try await findByAddress($0, $1) }
        serve(.get, "/people/{userId}") { [self] in try await people($0, $1) }
        serve(.get, "/changes") { [self] in try await changes($0, $1) }
        serve(.put, "/messages/{transaction}") { [self] in try await sendMessage($0, $1) }
        routes.add(.get, root + "/servers", authentication: .membersOnly) { [self] in try await listServers($0) }
        routes.add(.put, root + "/servers/{name}", authentication: .membersOnly) { [self] in try await decide($0) }
    }

    /// `POST /_mado/v1/sessions/logins` with `openid_token`: whose it is. From then on the second server may ask about
    /// that member.
    private func logIn(_ request: Request, _ server: StoredSecondServer) async throws -> Answer {
        let token = try request.body.requiredString("openid_token")
        guard let user = openID.user(of: token, now: request.loop.now()) else { throw MatrixError.unknownToken() }
        return try await welcome(user, server)
    }

    /// `GET /_mado/v1/sessions/addresses/{address}`: who is connected from there, in the configured networks.
    private func findByAddress(_ request: Request, _ server: StoredSecondServer) async throws -> Answer {
        try await welcome(try await member(at: request.parameter("address"), for: server), server)
    }

    private func welcome(_ user: UserID, _ server: StoredSecondServer) async throws -> Answer {
        try await servers.prove(user, to: server.name)
        let profile = try await rooms.journal.store.read { reader in
            // Who refused a server is as unknown to it as before, but for what the token itself says.
            try reader.sessionConsent(of: user, to: server.name)?.isRefused == true
                ? MemberProfile(displayName: nil, avatarURL: nil) : try MemberProfile(of: user, reader)
        }
        return .object { object in
            object.member("user_id", user.string)
            object.memberIfPresent("display_name", profile.displayName)
        }
    }

    /// `GET /_mado/v1/sessions/people/{userId}`
    private func people(_ request: Request, _ server: StoredSecondServer) async throws -> Answer {
        let user = try request.userID()
        let people = try await people(of: user, for: server)
        return .object { object in
            object.member("user_id", user.string)
            object.array("people") { list in
                for person in people {
                    list.object { object in
                        object.member("user_id", person.user.string)
                        object.memberIfPresent("display_name", person.profile.displayName)
                        object.member("until_ts", person.until)
                    }
                }
            }
        }
    }

    /// `GET /_mado/v1/sessions/changes?since=…&timeout=…`: of whom to ask again; waits until there is somebody.
    private func changes(_ request: Request, _ server: StoredSecondServer) async throws -> Answer {
        let timeout = try request.query("timeout", in: 0...Self.longestWait) ?? 30_000
        let news = await changes.news(
            after: request.query("since"), for: server.name, timeout: .milliseconds(timeout), on: request.loop)
        return .object { object in
            object.member("next", news.cursor)
            if news.isReset { object.member("reset", true) }
            object.array("users") { list in for user in news.users { list.value(user.string) } }
        }
    }

    // MARK: For members

    /// `GET /_mado/v1/sessions/servers`
    private func listServers(_ request: Request) async throws -> Answer {
        let user = request.user
        let found = try await rooms.journal.store.read { reader in
            try reader.secondServers().map { server in
                (server: server, consent: try reader.sessionConsent(of: user, to: server.name))
            }
        }
        return .object { object in
            object.array("servers") { list in
                for (server, consent) in found {
                    list.object { object in
                        object.member("name", server.name)
                        object.member("title", server.title)
                        object.member("url", server.url)
                        object.member("refused", consent?.isRefused ?? false)
                        object.member("used", (consent?.provenUntil ?? 0) > 0)
                    }
                }
            }
        }
    }

    /// `PUT /_mado/v1/sessions/servers/{name}` with `refused`.
    private func decide(_ request: Request) async throws -> Answer {
        guard let isRefused = try request.body.optionalBool("refused") else {
            throw MatrixError.missingParam("refused")
        }
        try await servers.setRefused(isRefused, by: request.user, server: request.parameter("name"))
        changes.changed(request.user)
        return .empty
    }
}
