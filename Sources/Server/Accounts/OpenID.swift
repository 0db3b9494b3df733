import EventLoop
import HTTP
import JSON
import MatrixAPI

/// Tokens by which a member shows to another service who they are.
///
/// Source: Client-Server API, "OpenID"; Server-Server API, "OpenID".
package struct OpenID: Sendable, RouteProviding {
    private static let lifetime = Duration.seconds(3600)

    private let serverName: String
    private let tokens = ShortLivedTokens<UserID>(lifetime: Self.lifetime, capacity: 10_000)

    package init(serverName: String) { self.serverName = serverName }

    /// Whose token it is; nil when it is not, or no longer, valid.
    func user(of token: String, now: MonotonicTime) -> UserID? { tokens.value(token, now: now) }

    package func addRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v3/user/{userId}/openid/request_token", authentication: .membersOnly
        ) { request in
            let token = tokens.issue(try request.ownUser(), now: request.loop.now())
            return .object { object in
                object.member("access_token", token)
                object.member("token_type", "Bearer")
                object.member("matrix_server_name", serverName)
                object.member("expires_in", Self.lifetime.components.seconds)
            }
        }
        // The one endpoint of the Server-Server API that is served: services ask it, not servers.
        routes.add(.get, "/_matrix/federation/v1/openid/userinfo", authentication: .none, limit: .login) { request in
            guard let token = request.query("access_token") else {
                throw MatrixError(401, .missingToken, "Missing access token")
            }
            guard let user = user(of: token, now: request.loop.now()) else { throw MatrixError.unknownToken() }
            return .object { $0.member("sub", user.string) }
        }
    }
}
