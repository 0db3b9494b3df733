import HTTP
import JSON
import MatrixAPI
import Store

extension Administration {
    func addRoomRoutes(_ add: Add) {
        add(.get, "/rooms") { try await listRooms($0) }
        add(.get, "/rooms/{room}") { request in
            let overview = try await rooms.room(rooms.resolve(request.parameter("room")))
            return .object { Self.write(overview, inFull: true, into: &$0) }
        }
        add(.get, "/rooms/{room}/members") { try await listMembers($0) }
        add(.post, "/rooms/{room}/close") { request in
            let id = try await rooms.resolve(request.parameter("room"))
            try await rooms.close(id)
            return .object { $0.member("room_id", id.string) }
        }
        add(.post, "/rooms/{room}/reopen") { request in
            let id = try await rooms.resolve(request.parameter("room"))
            try await rooms.reopen(id)
            return .object { $0.member("room_id", id.string) }
        }
        add(.post, "/history/purge") { try await purge($0) }
    }

    /// `GET /rooms?after=…`: at most 500, with `next` when there are more.
    private func listRooms(_ request: Request) async throws -> Answer {
        let limit = 500
        let after = try request.query("after").map { text in
            guard let id = RoomID(text) else { throw MatrixError.invalidParam("after is not a room ID") }
            return id
        }
        let found = try await rooms.list(after: after, limit: limit)
        return .object { object in
            object.array("rooms") { array in
                for overview in found { array.object { Self.write(overview, inFull: false, into: &$0) } }
            }
            if found.count == limit, let last = found.last { object.member("next", last.row.id.string) }
        }
    }

    /// `GET /rooms/{room}/members`: those who are in it, invited or asking to be let in, or banned.
    private func listMembers(_ request: Request) async throws -> Answer {
        let overview = try await rooms.room(rooms.resolve(request.parameter("room")))
        let room = overview.room
        return .object { object in
            object.array("members") { array in
                for membership in [Membership.join, .invite, .knock, .ban] {
                    for user in room.users(with: membership).sorted() {
                        array.object { member in
                            member.member("user_id", user.string)
                            member.member("membership", membership.rawValue)
                            if case .level(let level)? = room.levels?.level(of: user) {
                                member.member("power_level", level)
                            }
                        }
                    }
                }
            }
        }
    }

    /// `POST /history/purge` with `before`, in milliseconds since 1970, and `room` for one room only; `deleted` says how
    /// many events.
    private func purge(_ request: Request) async throws -> Answer {
        guard let before = try request.body.optionalInt("before") else { throw MatrixError.missingParam("before") }
        var count: Int
        if let room = try request.body.optionalString("room") {
            count = try await rooms.purge(rooms.resolve(room), before: before)
        } else {
            count = try await rooms.purgeAll(before: before)
        }
        return .object { $0.member("deleted", count) }
    }

    private static func write(_ overview: RoomModeration.Overview, inFull: Bool, into object: inout JSONWriter) {
        let room = overview.room
        object.member("room_id", overview.row.id.string)
        object.memberIfPresent("name", room.text("m.room.name", "name"))
        object.memberIfPresent("type", room.type)
        object.member("version", overview.row.version)
        object.member("creator", overview.row.creator.string)
        object.member("created", overview.row.created)
        object.member("public", overview.row.isPublic)
        object.member("closed", overview.isClosed)
        object.member("joined", room.joinedCount)
        object.member("invited", room.invitedCount)
        object.member("encrypted", room.isEncrypted)
        guard inFull else { return }
        object.memberIfPresent("topic", room.text("m.room.topic", "topic"))
        object.member("join_rule", room.joinRule)
        object.member("history_visibility", room.historyVisibility.rawValue)
        object.array("aliases") { array in for alias in overview.aliases { array.value(alias.string) } }
    }
}
