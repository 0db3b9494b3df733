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
        routes.add(
            .post, "/_matrix/client/v3/account/password", authentication: addresses == nil ? .membersOnly : .optional,
            limit: .login
        ) { [self] request in
            if let password = try request.body.optionalString("new_password") { try accounts.check(password) }
            guard request.optionalSession != nil else { return try await resetPassword(request) }
            if request.session.isGuest {
                throw MatrixError(403, .guestAccessForbidden, "Guests may not do this")
            }
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
    }

    /// A new password for whoever forgot it and can read the account's mail. All sessions end unless that is not wanted:
    /// whoever has one may be the reason.
    private func resetPassword(_ request: Request) async throws -> Answer {
        try await authentication.perform(request, flows: [[.emailIdentity]], proving: .password) { authorised in
            guard let addresses, let proof = authorised.addressProof else {
                throw MatrixError.forbidden("This server sends no mail")
            }
            let body = authorised.parameters
            let password = try body.requiredString("new_password")
            let owner = try await addresses.owner(of: proof.address)
            _ = try await accounts.journal.write { transaction in
                try AddressProofs.take(proof.id, secret: proof.secret, for: .password, in: transaction)
            }
            try await accounts.setPassword(
                of: owner, to: password, endsSessions: try body.optionalBool("logout_devices") ?? true)
            return .empty
        }
    }
}
