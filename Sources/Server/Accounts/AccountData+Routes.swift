import HTTP
import JSON
import MatrixAPI

/// `/user/{userId}/account_data`, `/user/{userId}/rooms/{roomId}/account_data` and `…/tags`
///
/// Source: Client-Server API, `account-data.yaml`, `tags.yaml`.
extension AccountData: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let global = "/_matrix/client/v3/user/{userId}/account_data/{type}"
        routes.add(.get, global) { [self] request in
            .json(try await content(request.parameter("type"), room: nil, of: try request.ownUser()))
        }
        routes.add(.put, global) { [self] request in
            try await set(request.parameter("type"), room: nil, content: request.body, of: try request.ownUser())
            return .empty
        }
        let inRoom = "/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}"
        routes.add(.get, inRoom) { [self] request in
            let user = try request.ownUser()
            return .json(try await content(request.parameter("type"), room: try request.roomID(), of: user))
        }
        routes.add(.put, inRoom) { [self] request in
            let user = try request.ownUser()
            try await set(request.parameter("type"), room: try request.roomID(), content: request.body, of: user)
            return .empty
        }
        addTags(to: &routes)
    }

    private func addTags(to routes: inout Routes) {
        let path = "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags"
        routes.add(.get, path) { [self] request in
            let user = try request.ownUser()
            let tags = try await tags(of: try request.roomID(), by: user)
            return .object { $0.member("tags", tags) }
        }
        routes.add(.put, path + "/{tag}") { [self] request in
            let user = try request.ownUser()
            try await setTag(request.parameter("tag"), request.body, room: try request.roomID(), by: user)
            return .empty
        }
        routes.add(.delete, path + "/{tag}") { [self] request in
            let user = try request.ownUser()
            try await removeTag(request.parameter("tag"), room: try request.roomID(), by: user)
            return .empty
        }
    }
}
