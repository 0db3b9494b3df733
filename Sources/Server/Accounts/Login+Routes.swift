import EventLoop
import HTTP
import JSON
import MatrixAPI

/// `/login`
///
/// Source: Client-Server API, `login.yaml`.
extension Login: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/login", authentication: .none) { [self] _ in
            .object { object in
                object.array("flows") { flows in
                    flows.object { $0.member("type", AuthenticationStage.password.rawValue) }
                    flows.object { flow in
                        flow.member("type", Self.tokenType)
                        flow.member("get_login_token", true)
                    }
                    if serviceAccounts.services.all.isEmpty { return }
                    flows.object { $0.member("type", ServiceAccounts.type) }
                }
            }
        }
        routes.add(.post, "/_matrix/client/v3/login", authentication: .none, limit: .login) { [self] request in
            let opened =
                ServiceAccounts.isMeant(request.body)
                ? try await serviceAccounts.logIn(request)
                : try await logIn(
                    try Self.proof(request.body), on: try Sessions.Wish(request.body), now: request.loop.now())
            return .object { object in
                Registration.write(opened, into: &object)
                if let publicBaseURL {
                    object.object("well_known") { ServerDescription.writeDiscovery(publicBaseURL, into: &$0) }
                }
            }
        }
        addTokenRoute(to: &routes)
    }

    private static let tokenType = "m.login.token"

    /// - Throws: `M_UNKNOWN` for a type that is not served.
    private static func proof(_ body: JSONValue) throws -> Proof {
        switch try body.requiredString("type") {
        case AuthenticationStage.password.rawValue:
            let name = try LoginIdentifier(body)
            return .password(try body.requiredString("password"), of: name)
        case tokenType: return .token(try body.requiredString("token"))
        default: throw MatrixError(400, .unknown, "Bad login type")
        }
    }

    private func addTokenRoute(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v1/login/get_token", authentication: .membersOnly, limit: .login
        ) { [self] request in
            try await authentication.perform(request, flows: [[.password]]) { _ in
                let token = tokens.issue(request.user, now: request.loop.now())
                return .object { object in
                    object.member("login_token", token)
                    object.member("expires_in_ms", Self.tokenLifetime.milliseconds)
                }
            }
        }
    }
}
