import HTTP
import JSON
import MatrixAPI
package import Server
import Store

extension Arcade: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        func open(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .login, maximumBodyBytes: 4096, handler)
        }
        func own(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, limit: .message, maximumBodyBytes: 16_384, handler)
        }
        open(.post, "/api/login") { [self] in try await logIn($0) }
        open(.post, "/api/login/address") { [self] in try await logInByAddress($0) }
        routes.add(.get, "/api/servers", authentication: .none, limit: .unlimited) { [self] _ in listServers() }
        routes.add(.get, "/api/time", authentication: .none, limit: .unlimited) { [self] _ in
            .object { $0.member("now", clock.now) }
        }
        own(.post, "/api/identities") { [self] in try await addIdentity($0) }
        own(.post, "/api/logout") { [self] in try await logOut($0) }
        routes.add(.get, "/api/events", limit: .general) { [self] in try await listen($0) }
        own(.post, "/api/connect") { [self] in try await connect($0) }
        own(.post, "/api/answer") { [self] in try await answer($0) }
        own(.post, "/api/watch") { [self] in try await watch($0) }
        own(.post, "/api/leave") { [self] in try await leave($0) }
        own(.post, "/api/sessions/{session}") { [self] in try await act($0) }
        routes.add(.post, "/api/sessions/{session}/files", limit: .message, body: .streamed) { [self] in
            try await bring($0)
        }
        routes.add(.get, "/files/{session}/{name}", authentication: .none, limit: .unlimited) { [files] in
            try await files.serve($0)
        }
    }

    // MARK: Logging in

    private func listServers() -> Answer {
        .object { object in
            object.array("servers") { list in
                for server in firstServers.all {
                    list.object { object in
                        object.member("name", server.name)
                        object.member("url", server.publicURL)
                    }
                }
            }
        }
    }

    /// Whose OpenID token it is, as the first server says that it names.
    private func prove(_ request: Request) async throws -> FirstServerPerson {
        let name = try request.body.requiredString("matrix_server_name")
        let token = try request.body.requiredString("access_token")
        guard let client = firstServers.client(of: name) else {
            throw MatrixError.forbidden("That server is none of this one's first servers")
        }
        do {
            return try await client.logIn(openID: token)
        } catch FirstServerError.refused(401) {
            throw MatrixError.forbidden("The server does not know that token")
        } catch {
            throw MatrixError(502, .unknown, "That server gives no answer")
        }
    }

    /// `POST /api/login` with an OpenID token (`access_token`, `matrix_server_name`): a token for this server.
    private func logIn(_ request: Request) async throws -> Answer {
        try await welcome([try await prove(request)])
    }

    /// `POST /api/login/address`: the one who is connected to a first server from the same address, where that is allowed.
    private func logInByAddress(_ request: Request) async throws -> Answer {
        let (found, isAmbiguous) = await firstServers.members(at: request.head.remoteAddress)
        if isAmbiguous || found.count > 1 {
            throw MatrixError(409, "M_CONFLICT", "Several people are connected from this address: log in")
        }
        guard !found.isEmpty else { throw MatrixError.notFound("Nobody is known to be connected from this address") }
        return try await welcome(found)
    }

    private func welcome(_ people: [FirstServerPerson]) async throws -> Answer {
        let token = RandomBytes.token(32)
        let hash = TokenHash(of: token)
        let (login, name) = try await thread.perform { house, now in
            var person = ""
            for one in people { person = try house.know(one.user, name: one.name) }
            let login = StoredArcadeLogin(hash: hash, person: person, expires: now + ArcadeLogins.lifetime)
            try house.keep(login)
            return (login, house.name(of: person))
        }
        logins.insert(login)
        return .object { object in
            object.member("token", token)
            object.member("id", login.person)
            object.member("name", name)
        }
    }

    /// `POST /api/identities`: a further identifier of the same person, on another first server.
    private func addIdentity(_ request: Request) async throws -> Answer {
        let proven = try await prove(request)
        let person = request.user.string
        try await perform { house, _ in try house.know(proven.user, name: proven.name, as: person) }
        return .object { $0.member("id", proven.user) }
    }

    private func logOut(_ request: Request) async throws -> Answer {
        let hash = TokenHash(request.session.tokenHash)
        try await perform { house, _ in try house.forgetLogin(hash) }
        logins.remove(hash)
        return .empty
    }

    // MARK: Launching

    /// `GET /api/events`: everything that the person sees, as a stream of server-sent events.
    private func listen(_ request: Request) async throws -> Answer {
        let person = request.user.string
        return .later { [self] exchange in
            streams.add(person, exchange)
            Task { try? await thread.perform { house, now in house.tellAll(person, now: now) } }
        }
    }

    private func seat(_ request: Request) throws -> SessionLaunch.Seat {
        let activity = try request.body.requiredString("activity")
        guard GameCatalogue.type(activity) != nil else { throw MatrixError.invalidParam("There is no such activity") }
        return SessionLaunch.Seat(request.user.string, activity)
    }

    /// `POST /api/connect` with `activity` and `options`: the connection request (204, 211).
    private func connect(_ request: Request) async throws -> Answer {
        let seat = try seat(request)
        let options = try request.body.optionalObject("options")
        try await perform { house, now in try house.connect(seat, options: options, now: now) }
        return .empty
    }

    /// `POST /api/answer` with `activity`, `prompt` and `answer`: `accept` (of `people`, `direct`), `refuse`, `others`.
    private func answer(_ request: Request) async throws -> Answer {
        let seat = try seat(request)
        guard let prompt = try request.body.optionalInt("prompt").map(Int.init) else {
            throw MatrixError.missingParam("prompt")
        }
        let people = try request.body.optionalStrings("people")
        let direct = try request.body.optionalBool("direct") ?? false
        let options = try request.body.optionalObject("options")
        switch try request.body.requiredString("answer") {
        case "accept":
            try await perform { house, now in
                try house.accept(
                    seat, prompt: prompt, people: people, direct: direct, options: options, now: now)
            }
        case "refuse": try await perform { house, now in try house.refuse(seat, prompt: prompt, now: now) }
        case "others": try await perform { house, now in try house.acceptOthers(seat, prompt: prompt, now: now) }
        default: throw MatrixError.invalidParam("answer must be accept, refuse or others")
        }
        return .empty
    }

    /// `POST /api/watch` with `session`: to look on at a session of people with whom one is talking. Whether one does is
    /// asked of the first servers; who does not learns nothing, not even that there is such a session.
    private func watch(_ request: Request) async throws -> Answer {
        let session = try request.body.requiredString("session")
        let person = request.user.string
        let (members, own) = try await perform { house, _ in
            (try house.members(of: session).users, house.users(of: person))
        }
        if members.isDisjoint(with: own) {
            guard await firstServers.people(of: own).people.contains(where: { members.contains($0.user) }) else {
                throw HouseError.noSession.matrixError
            }
        }
        try await perform { house, now in try house.watch(person, session, now: now) }
        return .empty
    }

    private func leave(_ request: Request) async throws -> Answer {
        let seat = try seat(request)
        try await perform { house, now in try house.leave(seat, now: now) }
        return .empty
    }

    // MARK: Playing

    /// `POST /api/sessions/{session}` with `entry` and `n`, the number of entries that the client has seen.
    private func act(_ request: Request) async throws -> Answer {
        let session = request.parameter("session")
        let entry = try request.body.requiredString("entry")
        let count = try request.body.optionalInt("n").map(Int.init)
        let person = request.user.string
        try await perform { house, now in
            try house.act(entry, by: person, in: session, count: count, now: now)
        }
        return .empty
    }

    /// `POST /api/sessions/{session}/files`: a picture, film or piece of music for a session of shared viewing. The answer's
    /// `url` is what `add` takes.
    private func bring(_ request: Request) async throws -> Answer {
        let (person, session) = (request.user.string, request.parameter("session"))
        try await perform { house, _ in try house.checkMayBring(person, to: session) }
        guard let body = request.stream else { preconditionFailure("the body is streamed") }
        let type = request.head.headers.first(named: "content-type")
        let url = try await files.receive(body, type: type, in: session)
        // It may have ended meanwhile.
        do { try await perform { house, _ in try house.checkMayBring(person, to: session) } } catch {
            files.remove(url)
            throw error
        }
        return .object { $0.member("url", url) }
    }

    @discardableResult
    private func perform<T: Sendable>(_ body: @escaping @Sendable (House, Int64) throws -> T) async throws -> T {
        do {
            return try await thread.perform(body)
        } catch let error as HouseError {
            throw error.matrixError
        } catch let error as GameError {
            throw error.matrixError
        }
    }
}

extension HouseError {
    var matrixError: MatrixError {
        switch self {
        case .noSession: MatrixError.notFound("You are in no such session")
        case .stale: MatrixError(409, "M_CONFLICT", "Something else happened first")
        case .otherPerson: MatrixError(409, "M_CONFLICT", "The identifier is another person's")
        case .notInvited: MatrixError.forbidden("You are not talking with them")
        }
    }
}

extension GameError {
    var matrixError: MatrixError {
        switch self {
        case .options(let name): MatrixError.invalidParam("\(name) is not possible")
        case .malformed: MatrixError.invalidParam("That is no move")
        case .illegal(let reason): MatrixError.forbidden(reason)
        case .notYourTurn: MatrixError.forbidden("It is not your turn")
        case .isOver: MatrixError.forbidden("It is over")
        }
    }
}
