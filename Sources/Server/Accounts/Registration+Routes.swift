import HTTP
import JSON
import MatrixAPI

/// `/register` and what belongs to it.
///
/// Source: Client-Server API, `registration.yaml`, `registration_tokens.yaml`.
extension Registration: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v3/register", authentication: .none, limit: .registration) {
            [self] request in
            switch request.query("kind") {
            case nil, "user": return try await register(request)
            case "guest":
                let name = try request.body.optionalString("initial_device_display_name")
                let opened = try await registerGuest(deviceName: name)
                return .object { Self.write(opened, into: &$0) }
            default: throw MatrixError.invalidParam("kind must be user or guest")
            }
        }
        routes.add(.get, "/_matrix/client/v3/register/available", authentication: .none, limit: .registration) {
            [self] request in
            try requireOpen()
            guard let name = request.query("username") else { throw MatrixError.missingParam("username") }
            try await check(name: name, password: nil, guestToken: nil)
            return .object { $0.member("available", true) }
        }
        routes.add(
            .get, "/_matrix/client/v1/register/m.login.registration_token/validity", authentication: .none,
            limit: .registration
        ) { [self] request in
            try requireOpen()
            guard let token = request.query("token") else { throw MatrixError.missingParam("token") }
            let isValid = try await tokens.isValid(token)
            return .object { $0.member("valid", isValid) }
        }
    }

    private func register(_ request: Request) async throws -> Answer {
        if ServiceAccounts.isMeant(request.body) { return try await serviceAccounts.register(request) }
        try requireOpen()
        let body = request.body
        try await check(
            name: try body.optionalString("username"), password: try body.optionalString("password"),
            guestToken: try body.optionalString("guest_access_token"))
        return try await authentication.perform(request, flows: flows) { authorised in
            let (user, opened) = try await register(try Self.wish(authorised, request))
            return .object { object in
                if let opened { return Self.write(opened, into: &object) }
                object.member("user_id", user.string)
                object.member("home_server", String(user.server))
            }
        }
    }

    private static func wish(
        _ authorised: InteractiveAuthentication.Authorised, _ request: Request
    ) throws -> Wish {
        let body = authorised.parameters
        return Wish(
            name: try body.optionalString("username"), password: try body.requiredString("password"),
            device: try Sessions.Wish(body),
            inhibitsLogin: try body.optionalBool("inhibit_login") ?? false,
            registrationToken: authorised.registrationToken, addressProof: authorised.addressProof,
            language: request.head.headers.first(named: "accept-language"),
            guestToken: try body.optionalString("guest_access_token"))
    }

    /// What a client gets that is logged in now.
    static func write(_ opened: Sessions.Opened, into object: inout JSONWriter) {
        object.member("user_id", opened.user.string)
        object.member("access_token", opened.token)
        object.member("device_id", opened.device.string)
        opened.refresh?.write(to: &object)
        // Deprecated, and still read by older clients.
        object.member("home_server", String(opened.user.server))
    }
}
