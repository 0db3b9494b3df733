import HTTP
import MatrixAPI

extension CallDirectory: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let path = "/_mado/v1/calls/{callId}"
        routes.add(.put, path, authentication: .membersOnly) { [self] in try await report($0) }
        routes.add(.delete, path, authentication: .membersOnly) { [self] in leave($0) }
    }

    /// `PUT /_mado/v1/calls/{callId}` with `room_id` and `lifetime_ms`: the member is in the call, for so long.
    private func report(_ request: Request) async throws -> Answer {
        try request.requireNotSuspended()
        let room = try request.body.requiredString("room_id")
        guard let room = RoomID(room) else { throw MatrixError.invalidParam("room_id is no room") }
        let lifetime = try request.body.optionalInt("lifetime_ms") ?? 120_000
        guard (10_000...600_000).contains(lifetime) else {
            throw MatrixError.invalidParam("lifetime_ms must be from 10000 to 600000")
        }
        guard let snapshot = try await journal.room(room), snapshot.isJoined(request.user) else {
            throw MatrixError.forbidden("You are not in this room")
        }
        report(try key(request, room), by: request.user, for: .milliseconds(lifetime))
        return .empty
    }

    /// `DELETE /_mado/v1/calls/{callId}`: the member has left it.
    private func leave(_ request: Request) -> Answer {
        leave(request.parameter("callId"), by: request.user)
        return .empty
    }

    private func key(_ request: Request, _ room: RoomID) throws -> CallList.Key {
        let name = request.parameter("callId")
        guard (1...255).contains(name.utf8.count) else { throw MatrixError.invalidParam("A call has 1 to 255 bytes") }
        return CallList.Key(room: room, call: name)
    }
}
