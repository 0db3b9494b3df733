import HTTP
import JSON
import MatrixAPI
import Store

/// Announcements on the clients' port. A member sees those of others by reading the board like any room.
extension Boards: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let path = "/_mado/v1/announcements"
        routes.add(.get, path + "/audiences", authentication: .membersOnly) { [self] request in
            let audiences = try await audiences(for: request.user)
            var labelled: [(Audience, String)] = []
            for audience in audiences { labelled.append((audience, try await label(of: audience))) }
            let all = labelled
            return .object { object in
                object.member("may_announce", !all.isEmpty)
                object.array("audiences") { list in
                    for (audience, label) in all {
                        list.object { entry in
                            entry.member("audience", audience.json)
                            entry.member("label", label)
                        }
                    }
                }
            }
        }
        routes.add(.post, path, authentication: .membersOnly, limit: .message) { [self] request in
            try request.requireNotSuspended()
            let audience = try Audience(request.body.required("audience"))
            try await requireLeave(request.user, audience)
            let announcement = try Announcement(request.body, by: request.user)
            return Self.answer(try await announce(announcement, to: audience))
        }
        routes.add(.get, path, authentication: .membersOnly) { [self] request in
            var mine: [StoredAnnouncement] = []
            for announcement in try await announcements() where try await mayChange(announcement, request.user) {
                mine.append(announcement)
            }
            let all = mine
            return .object { object in
                object.array("announcements") { list in for one in all { list.object { Self.write(one, into: &$0) } } }
            }
        }
        routes.add(.put, path + "/{id}", authentication: .membersOnly, limit: .message) { [self] request in
            try request.requireNotSuspended()
            let id = try await ownAnnouncement(request)
            try await change(id, to: Announcement(request.body, by: request.user))
            return .empty
        }
        routes.add(.delete, path + "/{id}", authentication: .membersOnly, limit: .message) { [self] request in
            try request.requireNotSuspended()
            try await withdraw(ownAnnouncement(request))
            return .empty
        }
        routes.add(.get, path + "/{roomId}/{eventId}/seen", authentication: .membersOnly) { [self] request in
            let board = try request.roomID()
            guard let audience = try await all().first(where: { $0.board.id == board })?.audience else {
                throw MatrixError.notFound("There is no such board")
            }
            try await requireLeave(request.user, audience)
            return Self.answer(try await seen(request.eventID(), in: board))
        }
    }

    private func requireLeave(_ user: UserID, _ audience: Audience) async throws {
        guard try await mayAnnounce(user, to: audience) else {
            throw MatrixError.forbidden("You may not announce anything to these members")
        }
    }

    private func mayChange(_ announcement: StoredAnnouncement, _ user: UserID) async throws -> Bool {
        if announcement.author == user { return true }
        guard let audience = try await all().first(where: { $0.board.id == announcement.room })?.audience else {
            return false
        }
        return try await mayAnnounce(user, to: audience)
    }

    private func ownAnnouncement(_ request: Request) async throws -> String {
        let announcement = try await announcement(request.parameter("id"))
        guard try await mayChange(announcement, request.user) else {
            throw MatrixError.forbidden("The announcement is somebody else's")
        }
        return announcement.id
    }

    static func answer(_ outcome: Outcome) -> Answer {
        .object { object in
            object.member("announcement_id", outcome.id)
            object.member("room_id", outcome.room.string)
            object.memberIfPresent("event_id", outcome.event?.string)
            object.memberIfPresent("held_until_ts", outcome.heldUntil)
        }
    }

    static func answer(_ seen: Seen) -> Answer {
        .object { object in
            object.member("seen", seen.seen.count)
            object.member("audience", seen.audience)
            object.array("members") { list in for user in seen.seen.prefix(1000) { list.value(user.string) } }
        }
    }

    static func write(_ announcement: StoredAnnouncement, into object: inout JSONWriter) {
        object.member("announcement_id", announcement.id)
        object.member("room_id", announcement.room.string)
        object.memberIfPresent("event_id", announcement.event?.string)
        object.memberIfPresent("held_until_ts", announcement.due)
        object.member("author", announcement.author.string)
        object.member("created_ts", announcement.created)
        object.member("announcement", RawJSON(announcement.content))
    }
}
