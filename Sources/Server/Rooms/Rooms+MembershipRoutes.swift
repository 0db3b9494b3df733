import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound

/// Source: Client-Server API, "Room membership".
extension Rooms {
    func addMembershipRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v1/mutual_rooms", authentication: .membersOnly, limit: .search) {
            [self] request in
            guard let name = request.query("user_id") else { throw MatrixError.missingParam("user_id") }
            guard let other = UserID(name), other != request.user else {
                throw MatrixError.invalidParam("user_id must be another user's")
            }
            // All in one answer: no token of ours ever leads to more.
            if request.query("from") != nil { throw MatrixError.invalidParam("from is not a token of ours") }
            let rooms = try await mutualRooms(request.user, other)
            return .object { object in
                object.array("joined") { list in for room in rooms { list.value(room.string) } }
                object.member("count", rooms.count)
            }
        }
        addEntryRoutes(to: &routes)
        addOthersRoutes(to: &routes)
        routes.add(.get, "/_matrix/client/v3/joined_rooms") { [self] request in
            let rooms = try await joinedRooms(of: request.user)
            return .object { object in
                object.array("joined_rooms") { list in for room in rooms { list.value(room.string) } }
            }
        }
    }

    /// One's own coming and going.
    private func addEntryRoutes(to routes: inout Routes) {
        let base = "/_matrix/client/v3"
        for path in ["\(base)/join/{roomIdOrAlias}", "\(base)/rooms/{roomIdOrAlias}/join"] {
            routes.add(.post, path, limit: .membership) { [self] request in
                try request.requireNotSuspended()
                let id = try await resolve(request.parameter("roomIdOrAlias"))
                try await join(
                    id, by: request.user, isGuest: request.session.isGuest,
                    reason: request.body.optionalString("reason"))
                return .object { $0.member("room_id", id.string) }
            }
        }
        routes.add(.post, "\(base)/knock/{roomIdOrAlias}", authentication: .membersOnly, limit: .membership) {
            [self] request in
            try request.requireNotSuspended()
            let id = try await resolve(request.parameter("roomIdOrAlias"))
            try await knock(id, by: request.user, reason: request.body.optionalString("reason"))
            return .object { $0.member("room_id", id.string) }
        }
        routes.add(.post, "\(base)/rooms/{roomId}/leave", limit: .membership) { [self] request in
            try await leave(request.roomID(), by: request.user, reason: request.body.optionalString("reason"))
            return .empty
        }
        routes.add(.post, "\(base)/rooms/{roomId}/forget") { [self] request in
            try await forget(request.roomID(), by: request.user)
            return .empty
        }
    }

    /// What is done to others.
    private func addOthersRoutes(to routes: inout Routes) {
        typealias Action = @Sendable (UserID, RoomID, UserID, String?) async throws -> Void
        func add(_ name: String, _ action: @escaping Action) {
            routes.add(
                .post, "/_matrix/client/v3/rooms/{roomId}/\(name)", authentication: .membersOnly, limit: .membership
            ) { [self] request in
                try request.requireNotSuspended()
                if name == "invite", request.body["medium"] != nil || request.body["address"] != nil {
                    return try await inviteByMail(request)
                }
                try await action(
                    request.body.requiredUserID("user_id"), request.roomID(), request.user,
                    request.body.optionalString("reason"))
                return .empty
            }
        }
        addOthersActions(add)
    }

    private func inviteByMail(_ request: Request) async throws -> Answer {
        guard let mailInvites, try request.body.requiredString("medium") == "email" else {
            throw MembershipChange.thirdPartyDenied
        }
        guard let address = MailAddress(try request.body.requiredString("address")) else {
            throw MatrixError.invalidParam("address is no address that this server can send to")
        }
        try await mailInvites.invite(address, to: request.roomID(), by: request.user, now: request.loop.now())
        return .empty
    }

    private func addOthersActions(
        _ add: (String, @escaping @Sendable (UserID, RoomID, UserID, String?) async throws -> Void) -> Void
    ) {
        add("invite") { [self] in try await invite($0, to: $1, by: $2, reason: $3) }
        add("kick") { [self] in try await kick($0, from: $1, by: $2, reason: $3) }
        add("ban") { [self] in try await ban($0, from: $1, by: $2, reason: $3) }
        add("unban") { [self] in try await unban($0, from: $1, by: $2, reason: $3) }
    }
}
