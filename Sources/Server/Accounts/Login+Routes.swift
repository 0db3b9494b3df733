import EventLoop
import HTTP
import JSON
import MatrixAPI

/// `/login`
///
/// Source: Client-Server API, `login.yaml`.
extension Login: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/login", authentication: .none) { _ in
            .object { object in
                object.array("flows") { flows in
                    flows.object { $0.member("type", AuthenticationStage.password.rawValue) }
                }
            }
        }
        routes.add(.post, "/_matrix/client/v3/login", authentication: .none, limit: .login) { [self] request in
            let body = request.body
            guard try body.requiredString("type") == AuthenticationStage.password.rawValue else {
                throw MatrixError(400, .unknown, "Bad login type")
            }
            let name: String
            if let identifier = try body.optionalObject("identifier") {
                name = try LoginIdentifier.user(identifier)
            } else {
                name = try body.requiredString("user")
            }
            let opened = try await logIn(
                name: name, password: try body.requiredString("password"),
                device: try body.optionalString("device_id").map(Devices.deviceID),
                deviceName: try body.optionalString("initial_device_display_name"), now: request.loop.now())
            return .object { object in
                Registration.write(opened, into: &object)
                if let publicBaseURL {
                    object.object("well_known") { ServerDescription.writeDiscovery(publicBaseURL, into: &$0) }
                }
            }
        }
    }
}
