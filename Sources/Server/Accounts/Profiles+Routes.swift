import HTTP
import JSON
import MatrixAPI

/// `/profile`
///
/// Source: Client-Server API, `profile.yaml`.
extension Profiles: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/profile/{userId}", authentication: .optional) { [self] request in
            let fields = try await profile(of: try request.userID())
            return .object { object in
                for (key, json) in fields.sorted(by: { $0.key < $1.key }) { object.member(key, RawJSON(json)) }
            }
        }
        let field = "/_matrix/client/v3/profile/{userId}/{keyName}"
        routes.add(.get, field, authentication: .optional) { [self] request in
            let key = request.parameter("keyName")
            let json = try await self.field(key, of: try request.userID())
            return .object { $0.member(key, RawJSON(json)) }
        }
        routes.add(.put, field, maximumBodyBytes: 131_072) { [self] request in
            let key = try Self.changeableKey(request)
            guard let value = request.body[key] else { throw MatrixError.missingParam(key) }
            try await set(key, to: value, of: request.user)
            return .empty
        }
        routes.add(.delete, field) { [self] request in
            try await remove(try Self.changeableKey(request), of: request.user)
            return .empty
        }
    }

    /// The field in the path, if it is the member's own to change.
    /// - Throws: `M_FORBIDDEN` for another's, `M_GUEST_ACCESS_FORBIDDEN` for a guest's, but for the name.
    private static func changeableKey(_ request: Request) throws -> String {
        _ = try request.ownUser()
        try request.requireNotSuspended()
        let key = request.parameter("keyName")
        if request.session.isGuest, key != MemberProfile.displayNameKey {
            throw MatrixError(403, .guestAccessForbidden, "Guests may only change their name")
        }
        return key
    }
}
