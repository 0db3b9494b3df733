import HTTP
import JSON
import MatrixAPI

/// `/pushers`: where notifications go when no client is connected. This server sends none, and says so instead of
/// keeping what it would not use.
///
/// Source: Client-Server API, `pusher.yaml`.
package struct Pushers: RouteProviding {
    package init() {}

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/pushers") { _ in .object { $0.array("pushers") { _ in } } }
        routes.add(.post, "/_matrix/client/v3/pushers/set", authentication: .membersOnly) { request in
            guard let kind = request.body["kind"] else { throw MatrixError.missingParam("kind") }
            _ = try request.body.requiredString("app_id")
            _ = try request.body.requiredString("pushkey")
            // Taking away what is not there is done.
            if kind.isNull { return .empty }
            throw MatrixError.forbidden("This server does not send push notifications")
        }
    }
}
