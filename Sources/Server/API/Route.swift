package import HTTP

/// An endpoint: method, path, what it demands of the request, and what answers it.
package struct Route: Sendable {
    /// Whether the endpoint wants an access token.
    package enum Authentication: Sendable {
        /// No token is looked at.
        case none
        /// A valid token gives a session; none is fine; a wrong one is refused.
        case optional
        /// Members and guests.
        case required
        /// Members only: guests get `M_GUEST_ACCESS_FORBIDDEN`.
        case membersOnly
    }

    /// What becomes of the request's body.
    package enum Body: Sendable {
        /// Collected and parsed; a larger one is refused with 413 `M_TOO_LARGE`.
        case json(maximumBytes: Int)
        /// Left to the endpoint, which takes it from `Request.stream`.
        case streamed
    }

    package typealias Handler = @Sendable (Request) async throws -> Answer

    let method: HTTPMethod
    let path: String
    let authentication: Authentication
    let limit: RateLimitGroup
    let body: Body
    let handler: Handler
}

/// The endpoints that a capability adds.
package struct Routes: Sendable {
    package private(set) var all: [Route] = []

    package init() {}

    /// Adds an endpoint.
    ///
    /// - Parameters:
    ///   - path: segments divided by `/`; `{name}` takes one segment, `{name...}` as last one takes the rest, which
    ///     may be empty. Paths under `/_matrix/client/v3/` serve `/_matrix/client/r0/` too.
    ///   - limit: the group of requests whose rate is limited together.
    ///   - maximumBodyBytes: a larger body is refused with 413 `M_TOO_LARGE`.
    package mutating func add(
        _ method: HTTPMethod, _ path: String, authentication: Route.Authentication = .required,
        limit: RateLimitGroup = .general, maximumBodyBytes: Int = 1 << 20, _ handler: @escaping Route.Handler
    ) {
        add(
            method, path, authentication: authentication, limit: limit, body: .json(maximumBytes: maximumBodyBytes),
            handler)
    }

    /// Adds an endpoint that says what becomes of the body.
    package mutating func add(
        _ method: HTTPMethod, _ path: String, authentication: Route.Authentication = .required,
        limit: RateLimitGroup = .general, body: Route.Body, _ handler: @escaping Route.Handler
    ) {
        func add(_ path: String) {
            all.append(
                Route(
                    method: method, path: path, authentication: authentication, limit: limit,
                    body: body, handler: handler))
        }
        add(path)
        let v3 = "/_matrix/client/v3/"
        if path.hasPrefix(v3) { add("/_matrix/client/r0/" + path.dropFirst(v3.count)) }
    }
}

/// A capability that serves endpoints.
package protocol RouteProviding: Sendable {
    func addRoutes(to routes: inout Routes)
}
