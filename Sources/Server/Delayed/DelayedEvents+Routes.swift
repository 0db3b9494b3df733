import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

/// `GET …/delayed_events`, `POST …/delayed_events/{delayId}` and what goes with them.
///
/// An identifier is a secret: whoever has it may have the event restarted, sent or cancelled, with no token. A call's
/// server does so for devices that it hears.
///
/// Source: MSC4140.
extension DelayedEvents: RouteProviding {
    private static let base = "/_matrix/client/unstable/org.matrix.msc4140/delayed_events"

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, Self.base) { [self] request in
            let waiting = try await all(of: request.user)
            return .object { object in
                object.array("delayed_events") { array in
                    for event in waiting { array.object { Self.write(event, into: &$0) } }
                }
            }
        }
        routes.add(.get, Self.base + "/{delayId}") { [self] request in
            guard let event = try await event(request.parameter("delayId")), event.sender == request.user else {
                throw MatrixError.notFound("There is no such delayed event, or it was sent")
            }
            return .object { Self.write(event, into: &$0) }
        }
        routes.add(.post, Self.base + "/{delayId}", limit: .message) { [self] request in
            try await perform(
                request.body.requiredString("action"), on: request.parameter("delayId"), of: request.user)
        }
        routes.add(.post, Self.base + "/{delayId}/{action}", authentication: .none) { [self] request in
            try await perform(request.parameter("action"), on: request.parameter("delayId"), of: nil)
        }
    }

    private func perform(_ action: String, on id: String, of sender: UserID?) async throws -> Answer {
        switch action {
        case "send": try await sendNow(id, of: sender)
        case "cancel": try await cancel(id, of: sender)
        case "restart": try await restart(id, of: sender)
        default: throw MatrixError.invalidParam("action must be send, cancel or restart")
        }
        return .empty
    }

    private static func write(_ event: StoredDelayedEvent, into object: inout JSONWriter) {
        object.member("delay_id", event.id)
        object.member("room_id", event.room.string)
        object.member("type", event.type)
        object.memberIfPresent("state_key", event.stateKey)
        object.member("delay", event.delay)
        object.member("running_since", event.started)
        object.member("content", RawJSON(event.content))
    }

    /// What a request to send asks for by its query: a delay in milliseconds; nil to send at once.
    /// - Throws: `M_INVALID_PARAM` for what is no such number, `M_UNKNOWN` when it is too long.
    private func delay(of request: Request) throws -> Int64? {
        guard let text = request.query("org.matrix.msc4140.delay") else { return nil }
        guard let delay = Int64(text), delay > 0 else {
            throw MatrixError.invalidParam("A delay is a whole number of milliseconds, at least 1")
        }
        let maximum = settings.maximumDelay.milliseconds
        guard delay <= maximum else { throw MatrixError.delayTooLong(maximum) }
        return delay
    }

    /// The answer to a request to send with a delay; nil when it has none.
    func answer(_ request: Request, _ event: OutgoingEvent, transaction: EventTransaction?) async throws -> Answer? {
        guard let delay = try delay(of: request) else { return nil }
        let room = try request.roomID()
        let key = transaction.map {
            TransactionKey(
                user: request.user, device: $0.device, scope: "delay/\(event.type) \(room)", identifier: $0.identifier)
        }
        let id = try await insert(
            event, room, request.user, delay: delay, limit: settings.perMember, transaction: key, now: clock.now)
        return .object { $0.member("delay_id", id) }
    }
}

extension MatrixError {
    static let tooManyDelayedEvents = MatrixError(
        400, .unknown, "Too many of your delayed events are waiting",
        extra: [("org.matrix.msc4140.errcode", RawJSON(Array(#""M_MAX_DELAYED_EVENTS_EXCEEDED""#.utf8)))])

    /// - Parameter maximum: in milliseconds.
    static func delayTooLong(_ maximum: Int64) -> MatrixError {
        MatrixError(
            400, .unknown, "The delay is longer than this server allows",
            extra: [
                ("org.matrix.msc4140.errcode", RawJSON(Array(#""M_MAX_DELAY_EXCEEDED""#.utf8))),
                ("org.matrix.msc4140.max_delay", RawJSON(Array(String(maximum).utf8))),
            ])
    }
}
