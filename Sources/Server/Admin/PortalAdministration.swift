import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado portal` and `mado member role` ask of a server, over the socket in the data folder.
package struct PortalAdministration: RouteProviding {
    private let portal: Portal
    private let roles: MemberRoles
    private let serverName: String

    package init(portal: Portal, roles: MemberRoles, serverName: String) {
        self.portal = portal
        self.roles = roles
        self.serverName = serverName
    }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited, handler)
        }
        add(.get, "/portal/rooms") { _ in try await listRooms() }
        add(.delete, "/portal/rooms/{name}") { try await removeRoom($0) }
        add(.get, "/roles") { _ in try await listRoles() }
        add(.put, "/members/{name}/roles/{role}") { request in
            let user = try user(request)
            // So that who becomes an administrator is one in the rooms too.
            try await portal.prepare()
            try await roles.add(request.parameter("role"), to: user)
            return .empty
        }
        add(.delete, "/members/{name}/roles/{role}") { request in
            let user = try user(request)
            try await portal.prepare()
            try await roles.remove(request.parameter("role"), from: user)
            return .empty
        }
    }

    private func user(_ request: Request) throws -> UserID {
        try Localpart.member(named: request.parameter("name"), server: serverName)
    }

    private func listRooms() async throws -> Answer {
        try await portal.prepare()
        let rooms = try await portal.all()
        return .object { object in
            object.array("rooms") { list in
                for room in rooms { list.object { room.write(to: &$0, for: portal.account) } }
            }
        }
    }

    private func removeRoom(_ request: Request) async throws -> Answer {
        try await portal.prepare()
        let room = try await portal.room(named: request.parameter("name"))
        try await portal.removeRoom(room.id)
        return .object { $0.member("name", room.name) }
    }

    private func listRoles() async throws -> Answer {
        let all = try await roles.all()
        return .object { object in
            object.array("roles") { list in
                for role in all {
                    list.object { entry in
                        entry.member("user_id", role.user.string)
                        entry.member("role", role.role)
                    }
                }
            }
        }
    }
}
