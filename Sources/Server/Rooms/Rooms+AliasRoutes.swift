import HTTP
import JSON
import MatrixAPI

/// Source: Client-Server API, "Room aliases", "Published room directory".
extension Rooms {
    func addAliasRoutes(to routes: inout Routes) {
        let directory = "/_matrix/client/v3/directory"
        routes.add(.get, "\(directory)/room/{roomAlias}", authentication: .optional) { [self] request in
            let id = try await room(for: request.identifier("roomAlias", RoomAlias.self))
            return .object { object in
                object.member("room_id", id.string)
                object.array("servers") { $0.value(serverName) }
            }
        }
        routes.add(.put, "\(directory)/room/{roomAlias}", authentication: .membersOnly) { [self] request in
            try request.requireNotSuspended()
            guard let id = RoomID(try request.body.requiredString("room_id")) else {
                throw MatrixError.invalidParam("room_id is not a room ID")
            }
            try await addAlias(
                request.identifier("roomAlias"), of: id, by: request.user, service: request.session.service)
            return .empty
        }
        routes.add(.delete, "\(directory)/room/{roomAlias}", authentication: .membersOnly) { [self] request in
            try await removeAlias(request.identifier("roomAlias"), by: request.session)
            return .empty
        }
        routes.add(.get, "/_matrix/client/v3/rooms/{roomId}/aliases") { [self] request in
            let aliases = try await aliases(of: request.roomID(), for: request.user)
            return .object { object in
                object.array("aliases") { list in for alias in aliases { list.value(alias.string) } }
            }
        }
        routes.add(.get, "\(directory)/list/room/{roomId}", authentication: .optional) { [self] request in
            let isPublic = try await isPublic(request.roomID())
            return .object { $0.member("visibility", isPublic ? "public" : "private") }
        }
        routes.add(.put, "\(directory)/list/room/{roomId}", authentication: .membersOnly) { [self] request in
            try request.requireNotSuspended()
            let visibility = try request.body.optionalString("visibility") ?? "public"
            guard visibility == "public" || visibility == "private" else {
                throw MatrixError.invalidParam("visibility must be public or private")
            }
            try await setPublic(visibility == "public", request.roomID(), by: request.session)
            return .empty
        }
    }
}
