import HTTP
import JSON
import MatrixAPI

/// `GET /_mado/v1/portal`: the portal as a member sees it.
extension Portal: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_mado/v1/portal", authentication: .membersOnly) { [self] request in
            let space = try requireSpace()
            let user = request.user
            let memberships = try await journal.memberships(of: user)
            let rooms = try await all().filter { $0.room.isDescribed(to: user, memberships) }
            return .object { object in
                object.member("space_id", space.string)
                object.member("name", settings.name)
                object.array("rooms") { list in
                    for room in rooms { list.object { room.write(to: &$0, for: user) } }
                }
            }
        }
    }
}
