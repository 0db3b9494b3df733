import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound
import Store

/// `/account/3pid` and what asks for proofs.
///
/// Source: Client-Server API, `administrative_contact.yaml`, `registration.yaml`, `password_management.yaml`.
extension ContactAddresses: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/account/3pid") { [self] request in
            let addresses = try await all(of: request.user)
            return .object { object in
                object.array("threepids") { list in
                    for address in addresses { list.object { Self.write(address, to: &$0) } }
                }
            }
        }
        for (path, purpose) in [
            ("account/3pid", AddressPurpose.add), ("register", .register), ("account/password", .password),
        ] {
            routes.add(
                .post, "/_matrix/client/v3/\(path)/email/requestToken", authentication: .none, limit: .login
            ) { [self] request in
                if purpose == .register, accounts.configuration.registration == .closed {
                    throw MatrixError.forbidden("Registration is closed; ask the administrator for an account")
                }
                let id = try await proofs.request(purpose, try Self.wish(request), now: request.loop.now())
                return .object { $0.member("sid", id) }
            }
        }
        addChangingRoutes(to: &routes)
        ContactAddressesElsewhere().addRoutes(to: &routes)
    }

    private func addChangingRoutes(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v3/account/3pid/add", authentication: .membersOnly) { [self] request in
            try await authentication.perform(request, flows: [[.password]]) { authorised in
                try await add(authorised.parameters, request)
                return .empty
            }
        }
        // Deprecated. By the specification it asks for no password; but an address is a way to a new password, and a
        // stolen token must not be enough for that.
        routes.add(.post, "/_matrix/client/v3/account/3pid", authentication: .membersOnly) { [self] request in
            guard let credentials = try request.body.optionalObject("three_pid_creds") else {
                throw MatrixError.missingParam("three_pid_creds")
            }
            return try await authentication.perform(request, flows: [[.password]]) { _ in
                try await add(credentials, request)
                return .empty
            }
        }
        routes.add(.post, "/_matrix/client/v3/account/3pid/delete", authentication: .membersOnly) {
            [self] request in
            let address = try request.body.requiredString("address").lowercased()
            if try request.body.requiredString("medium") == "email" {
                try await remove(address, of: request.user)
            }
            return .object { $0.member("id_server_unbind_result", "no-support") }
        }
    }

    private func add(_ body: JSONValue, _ request: Request) async throws {
        try await add(
            try body.requiredString("sid"), secret: try body.requiredString("client_secret"), to: request.user,
            language: request.head.headers.first(named: "accept-language"))
    }

    private static func wish(_ request: Request) throws -> AddressProofs.Wish {
        let body = request.body
        let secret = try body.requiredString("client_secret")
        let isSecret =
            (1...255).contains(secret.utf8.count)
            && secret.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || ".=_-".utf8.contains(byte)
            }
        guard isSecret else {
            throw MatrixError.invalidParam("client_secret has 1 to 255 of the characters 0-9a-zA-Z.=_-")
        }
        guard let address = MailAddress(try body.requiredString("email")) else {
            throw MatrixError.invalidParam("email is no address that this server can send to")
        }
        guard let attempt = try body.optionalInt("send_attempt") else { throw MatrixError.missingParam("send_attempt") }
        let next = try body.optionalString("next_link")
        guard next?.utf8.count ?? 0 <= 1024 else { throw MatrixError.invalidParam("next_link is too long") }
        return AddressProofs.Wish(
            address: address, secret: secret, attempt: attempt, nextLink: next,
            languages: request.head.headers.first(named: "accept-language"))
    }

    private static func write(_ address: StoredContactAddress, to object: inout JSONWriter) {
        object.member("medium", "email")
        object.member("address", address.address)
        object.member("validated_at", address.validated)
        object.member("added_at", address.added)
    }
}

/// What an identity server, or a gateway for telephones, would be needed for: refused with the error for it.
package struct ContactAddressesElsewhere: RouteProviding {
    package init() {}

    package func addRoutes(to routes: inout Routes) {
        let denied = MatrixError(403, .threepidDenied, "This server sends nothing to telephones")
        for path in ["account/3pid", "register", "account/password"] {
            routes.add(
                .post, "/_matrix/client/v3/\(path)/msisdn/requestToken", authentication: .none, limit: .login
            ) { _ in throw denied }
        }
        routes.add(.post, "/_matrix/client/v3/account/3pid/bind", authentication: .membersOnly) { _ in
            throw MatrixError(403, .threepidDenied, "There is no identity server to tell of an address")
        }
        routes.add(.post, "/_matrix/client/v3/account/3pid/unbind", authentication: .membersOnly) { request in
            _ = try request.body.requiredString("medium")
            _ = try request.body.requiredString("address")
            return .object { $0.member("id_server_unbind_result", "no-support") }
        }
    }
}

/// The same paths on a server that sends no mail.
package struct NoContactAddresses: RouteProviding {
    package init() {}

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/account/3pid") { _ in .object { $0.array("threepids") { _ in } } }
        let denied = MatrixError(403, .threepidDenied, "This server sends no mail")
        for path in ["account/3pid", "register", "account/password"] {
            routes.add(
                .post, "/_matrix/client/v3/\(path)/email/requestToken", authentication: .none, limit: .login
            ) { _ in throw denied }
        }
        for path in ["account/3pid", "account/3pid/add"] {
            routes.add(.post, "/_matrix/client/v3/\(path)", authentication: .membersOnly) { _ in throw denied }
        }
        routes.add(.post, "/_matrix/client/v3/account/3pid/delete", authentication: .membersOnly) { request in
            _ = try request.body.requiredString("medium")
            _ = try request.body.requiredString("address")
            return .object { $0.member("id_server_unbind_result", "no-support") }
        }
        ContactAddressesElsewhere().addRoutes(to: &routes)
    }
}
