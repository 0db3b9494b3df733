import HTTP
import JSON
import MatrixAPI

extension Conferences: RouteProviding {
    private static let root = "/_mado/v1/conferences/{roomId}"
    /// Of a session description, in bytes.
    private static let maximumDescription = 65_536
    private static let maximumCandidates = 100
    private static let longestWait = 60_000

    package nonisolated func addRoutes(to routes: inout Routes) {
        func serve(
            _ method: HTTPMethod, _ path: String,
            _ handler: @escaping @Sendable (Request, Caller) async throws -> Answer
        ) {
            routes.add(
                method, Self.root + path, authentication: .membersOnly, limit: .general,
                maximumBodyBytes: Self.maximumDescription * 2
            ) { [self] request in
                try await handler(request, try await caller(request))
            }
        }
        serve(.get, "") { [self] _, caller in
            let people = await people(in: caller.room)
            return .object { object in
                object.array("people") { list in for user in people { list.value(user.string) } }
            }
        }
        serve(.post, "/join") { [self] _, caller in try await join(caller) }
        serve(.post, "/leave") { [self] request, caller in
            try await leave(caller, try Self.name(request))
            return .empty
        }
        serve(.post, "/publish") { [self] request, caller in
            let offer = try Self.description(request)
            let answer = try await publish(caller, try Self.name(request), offer: offer)
            return .object { $0.member("sdp", answer) }
        }
        serve(.post, "/unpublish") { [self] request, caller in
            try await unpublish(caller, try Self.name(request))
            return .empty
        }
        serve(.post, "/muted") { [self] request, caller in
            let audio = try request.body.optionalBool("audio_muted") ?? false
            let video = try request.body.optionalBool("video_muted") ?? false
            try await setMuted(caller, try Self.name(request), audio: audio, video: video)
            return .empty
        }
        serve(.post, "/subscribe") { [self] request, caller in
            let publisher = try request.body.requiredString("publisher")
            let made = try await subscribe(caller, try Self.name(request), to: publisher)
            return .object { object in
                object.member("subscription", made.name)
                object.member("sdp", made.offer)
            }
        }
        serve(.post, "/subscriptions/{subscription}/answer") { [self] request, caller in
            let answer = try Self.description(request)
            try await self.answer(caller, try Self.name(request), request.parameter("subscription"), sdp: answer)
            return .empty
        }
        serve(.post, "/unsubscribe") { [self] request, caller in
            let subscription = try request.body.requiredString("subscription")
            try await unsubscribe(caller, try Self.name(request), subscription)
            return .empty
        }
        serve(.post, "/candidates") { [self] in try await candidates($0, $1) }
        serve(.get, "/events") { [self] in try await events($0, $1) }
    }

    /// Who is joined to the room and may act.
    private nonisolated func caller(_ request: Request) async throws -> Caller {
        try request.requireNotSuspended()
        let room = try request.roomID()
        guard let snapshot = try await journal.room(room), snapshot.isJoined(request.user) else {
            throw MatrixError.forbidden("You are not in this room")
        }
        return Caller(room: room, user: request.user, device: request.session.device)
    }

    private static func name(_ request: Request) throws -> String { try request.body.requiredString("participant") }

    private static func description(_ request: Request) throws -> String {
        let text = try request.body.requiredString("sdp")
        guard text.utf8.count <= maximumDescription, text.hasPrefix("v=0"), SessionDescription.isPlain(text)
        else {
            throw MatrixError.invalidParam("sdp is no session description")
        }
        return text
    }

    /// `POST …/join`
    private func join(_ caller: Caller) async throws -> Answer {
        let participant: Participant = try await join(caller)
        let publishers = publishers(in: caller.room, except: participant.identifier)
        let lifetime = settings.lifetime.milliseconds
        return .object { object in
            object.member("participant", participant.identifier)
            object.array("publishers") { list in
                for publisher in publishers { list.object { publisher.write(to: &$0) } }
            }
            object.member("next", String(participant.events.last))
            object.member("lifetime_ms", lifetime)
        }
    }

    /// `POST …/candidates`
    private nonisolated func candidates(_ request: Request, _ caller: Caller) async throws -> Answer {
        let body = request.body
        let candidates = body["candidates"]?.array.map(Array.init) ?? []
        guard candidates.count <= Self.maximumCandidates else {
            throw MatrixError.invalidParam("At most \(Self.maximumCandidates) candidates at once")
        }
        try await trickle(
            caller, try Self.name(request), try body.optionalString("subscription"), candidates,
            isComplete: try body.optionalBool("completed") ?? false)
        return .empty
    }

    /// `GET …/events?participant=…&since=…&timeout=…`
    private nonisolated func events(_ request: Request, _ caller: Caller) async throws -> Answer {
        guard let name = request.query("participant") else { throw MatrixError.missingParam("participant") }
        let timeout = try request.query("timeout", in: 0...Self.longestWait) ?? 30_000
        guard let cursor = Int64(request.query("since") ?? "0"), cursor >= 0 else {
            throw MatrixError.invalidParam("since is no cursor")
        }
        let news = try await events(
            caller, name, after: cursor, timeout: .milliseconds(timeout), on: request.loop)
        return .object { object in
            object.array("events") { list in for event in news.events { list.value(RawJSON(event)) } }
            object.member("next", String(news.next))
        }
    }
}
