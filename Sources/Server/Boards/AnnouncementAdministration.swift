import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado announce` asks of a server, over the socket in the data folder.
package struct AnnouncementAdministration: RouteProviding {
    private let boards: Boards
    private let serverName: String

    package init(boards: Boards, serverName: String) {
        self.boards = boards
        self.serverName = serverName
    }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping @Sendable (Request) async throws -> Answer)
        {
            routes.add(method, path, authentication: .none, limit: .unlimited) { request in
                try await boards.portal.prepare()
                return try await handler(request)
            }
        }
        add(.post, "/announcements") { request in
            let audience = try await audience(request.body)
            return Boards.answer(try await boards.announce(Announcement(request.body, by: nil), to: audience))
        }
        add(.get, "/announcements") { _ in
            let all = try await boards.announcements()
            return .object { object in
                object.array("announcements") { list in
                    for one in all { list.object { Boards.write(one, into: &$0) } }
                }
            }
        }
        add(.put, "/announcements/{id}") { request in
            try await boards.change(request.parameter("id"), to: Announcement(request.body, by: nil))
            return .empty
        }
        add(.delete, "/announcements/{id}") { request in
            try await boards.withdraw(request.parameter("id"))
            return .empty
        }
        add(.get, "/announcements/{id}/seen") { request in
            let announcement = try await boards.announcement(request.parameter("id"))
            guard let event = announcement.event else {
                throw MatrixError.notFound("The announcement is held back: nobody can have seen it")
            }
            return Boards.answer(try await boards.seen(event, in: announcement.room))
        }
    }

    /// An audience as clients give it; for a group also the name of a room.
    private func audience(_ body: JSONValue) async throws -> Audience {
        guard let value = body["audience"] else { return .all }
        guard let group = value["group"]?.string else { return try Audience(value) }
        return .group(try await boards.portal.rooms.resolve(group))
    }
}
