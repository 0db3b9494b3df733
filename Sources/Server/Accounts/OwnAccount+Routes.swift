import HTTP
import JSON
import MatrixAPI

/// `/account`
///
/// Source: Client-Server API, `whoami.yaml`, `password_management.yaml`, `account_deactivation.yaml`,
/// `administrative_contact.yaml`.
extension OwnAccount: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/account/whoami") { request in
            let session = request.session
            return .object { object in
                object.member("user_id", session.user.string)
                if session.hasDevice { object.member("device_id", session.device.string) }
                object.member("is_guest", session.isGuest)
            }
        }
        routes.add(.post, "/_matrix/client/v3/account/password", authentication: .membersOnly) { [self] request in
            if let password = try request.body.optionalString("new_password") { try accounts.check(password) }
            return try await authentication.perform(request, flows: [[.password]]) { authorised in
                let body = authorised.parameters
                try await accounts.setPassword(
                    of: request.user, to: try body.requiredString("new_password"),
                    endsSessions: try body.optionalBool("logout_devices") ?? true, except: request.session.device)
                return .empty
            }
        }
        routes.add(.post, "/_matrix/client/v3/account/deactivate", authentication: .membersOnly) { [self] request in
            try await authentication.perform(request, flows: [[.password]]) { authorised in
                try await accounts.deactivate(
                    request.user, erases: try authorised.parameters.optionalBool("erase") ?? false)
                // There is nothing at any identity server to take back.
                return .object { $0.member("id_server_unbind_result", "success") }
            }
        }
        // Addresses and telephone numbers are not kept, so that there never is one.
        routes.add(.get, "/_matrix/client/v3/account/3pid") { _ in .object { $0.array("threepids") { _ in } } }
    }
}
