import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Sending events to a room", "Redactions".
extension Rooms {
    func addSendingRoutes(to routes: inout Routes) {
        let room = "/_matrix/client/v3/rooms/{roomId}"
        routes.add(.put, "\(room)/send/{eventType}/{txnId}", limit: .message) { [self] request in
            let type = request.parameter("eventType")
            try await requireMaySend(request, redacting: type == "m.room.redaction" ? request.body["redacts"] : nil)
            if type == "m.room.encrypted" {
                await megolmSessions.letKeysPass(request.body, from: .init(request.session), on: request.loop)
            }
            let transaction = try request.eventTransaction()
            let event = OutgoingEvent(type: type, content: request.body)
            if let later = try await delayedEvents?.answer(request, event, transaction: transaction) { return later }
            let id = try await send(
                type, request.body, to: request.roomID(), by: request.user, transaction: transaction,
                at: request.massagedTime())
            return Self.answer(id)
        }
        routes.add(.put, "\(room)/redact/{eventId}/{txnId}", limit: .message) { [self] request in
            try await requireMaySend(request, redacting: .string(request.parameter("eventId")))
            let id = try await redact(
                request.eventID(), in: request.roomID(), by: request.user,
                reason: request.body.optionalString("reason"), transaction: request.eventTransaction())
            return Self.answer(id)
        }
        routes.add(.put, "\(room)/state/{eventType}/{stateKey...}", limit: .message) { [self] request in
            let key = StateKey(request.parameter("eventType"), request.parameter("stateKey"))
            let isLeaving =
                key == StateKey("m.room.member", request.user.string)
                && request.body["membership"]?.string == Membership.leave.rawValue
            if !isLeaving { try request.requireNotSuspended() }
            let event = OutgoingEvent(type: key.type, stateKey: key.key, content: request.body)
            if let later = try await delayedEvents?.answer(request, event, transaction: nil) { return later }
            let id = try await setState(
                key, request.body, in: request.roomID(), by: request.user, isGuest: request.session.isGuest,
                at: request.massagedTime())
            return Self.answer(id)
        }
    }

    /// A suspended member may take back their own events, and send nothing else.
    private func requireMaySend(_ request: Request, redacting target: JSONValue?) async throws {
        guard request.session.isSuspended else { return }
        guard let target = target?.string.flatMap({ EventID($0) }),
            try await journal.store.read({ try $0.event(target) })?.sender == request.user
        else { throw MatrixError.userSuspended }
    }

    private static func answer(_ id: EventID) -> Answer { .object { $0.member("event_id", id.string) } }
}

extension Request {
    /// - Throws: `M_INVALID_PARAM` when the identifier is too long to be kept.
    fileprivate func eventTransaction() throws -> EventTransaction {
        let identifier = parameter("txnId")
        guard !identifier.isEmpty, identifier.utf8.count <= 255 else {
            throw MatrixError.invalidParam("A transaction ID has 1 to 255 bytes")
        }
        return EventTransaction(device: session.device, identifier: identifier)
    }
}
