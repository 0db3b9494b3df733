import JSON

/// Requests to a second server, as one device of a person. Any thread.
///
/// Its interface is described in docs/session-launch.md; its errors have the form of Matrix's.
struct ArcadeClient: Sendable {
    /// What it gave for a log-in.
    struct Login: Sendable, Equatable {
        let token: String
        let id: String
        let name: String
    }

    let client: MatrixClient

    /// - Parameter url: with a slash at its end.
    init(url: String, transport: any ClientTransport, token: String? = nil) {
        client = MatrixClient(baseURL: String(url.dropLast()), transport: transport, accessToken: token)
    }

    /// Shows who the member is, by what their own server gave for it.
    /// - Parameter proof: the answer of `POST …/openid/request_token`.
    func logIn(_ proof: JSONValue) async throws -> Login {
        let answer = try await client.send("POST", ["api", "login"], body: Array(proof.bytes), timeout: .seconds(20))
        guard let token = answer["token"]?.string, let id = answer["id"]?.string else { throw ClientError.badAnswer }
        return Login(token: token, id: id, name: answer["name"]?.string ?? id)
    }

    /// Everything that the person sees, as it happens.
    func events() async throws -> StreamedResponse {
        // It says something every 15 seconds.
        var request = ClientRequest(
            "GET", client.url(["api", "events"]), headers: client.headers, idleTimeout: .seconds(45))
        request.headers.append(("Accept", "text/event-stream"))
        return try await client.transport.stream(request)
    }

    func connect(_ activity: ArcadeActivity, _ options: ArcadeOptions) async throws {
        try await post(["connect"]) { object in
            object.member("activity", activity.rawValue)
            object.object("options") { options.write(to: &$0) }
        }
    }

    /// Lets the member see a session of people with whom they are talking.
    func watch(_ session: String) async throws {
        try await post(["watch"]) { $0.member("session", session) }
    }

    func answer(_ answer: ArcadeAnswer, to prompt: Int, _ activity: ArcadeActivity) async throws {
        try await post(["answer"]) { object in
            object.member("activity", activity.rawValue)
            object.member("prompt", prompt)
            answer.write(to: &object)
        }
    }

    func leave(_ activity: ArcadeActivity) async throws {
        try await post(["leave"]) { $0.member("activity", activity.rawValue) }
    }

    /// - Parameter count: what the session had when this was decided; nil where that does not matter.
    func act(_ entry: String, in session: String, count: Int?) async throws {
        try await post(["sessions", session]) { object in
            object.member("entry", entry)
            object.memberIfPresent("n", count)
        }
    }

    /// Brings a file into a session of shared viewing. - Returns: the address under which all see it.
    func bring(file path: String, type: String, to session: String) async throws -> String {
        let request = ClientRequest(
            "POST", client.url(["api", "sessions", session, "files"]),
            headers: client.headers + [("Content-Type", type)],
            body: .file(path: path), idleTimeout: .seconds(60))
        let answer = try MatrixClient.value(try await client.transport.send(request))
        guard let url = answer["url"]?.string else { throw ClientError.badAnswer }
        return url
    }

    private func post(_ path: [String], _ body: (inout JSONWriter) -> Void) async throws {
        _ = try await client.send("POST", ["api"] + path, body: JSONWriter.object(body), timeout: .seconds(20))
    }
}

/// What the member chose for a session.
package struct ArcadeOptions: Sendable, Equatable {
    package enum Side: String, Sendable { case first, second }

    package struct Clock: Sendable, Equatable {
        /// Milliseconds for all moves, and what is added for each.
        package let time: Int
        package let increment: Int

        package init(time: Int, increment: Int) {
            self.time = time
            self.increment = increment
        }
    }

    /// Of what is said in the conversation.
    package var language = "en"
    /// nil leaves it to chance.
    package var side: Side?
    /// nil for none.
    package var clock: Clock?
    /// Lines of a go board.
    package var size: Int?

    package init() {}

    func write(to object: inout JSONWriter) {
        object.member("language", language)
        object.memberIfPresent("side", side?.rawValue)
        object.memberIfPresent("clock_ms", clock?.time)
        object.memberIfPresent("increment_ms", clock?.increment)
        object.memberIfPresent("size", size)
    }
}

/// What the member says to a prompt.
package enum ArcadeAnswer: Sendable, Equatable {
    /// - Parameter enterDirectly: the others are led there without being asked.
    case together(people: [String], enterDirectly: Bool, ArcadeOptions)
    case join
    case alone
    /// With whoever comes.
    case others

    func write(to object: inout JSONWriter) {
        switch self {
        case .together(let people, let enterDirectly, let options):
            object.member("answer", "accept")
            object.array("people") { list in for person in people { list.value(person) } }
            object.member("direct", enterDirectly)
            object.object("options") { options.write(to: &$0) }
        case .join: object.member("answer", "accept")
        case .alone: object.member("answer", "refuse")
        case .others: object.member("answer", "others")
        }
    }
}
