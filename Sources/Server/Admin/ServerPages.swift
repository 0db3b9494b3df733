import HTTP

/// What is not Matrix: the landing page, the certificate to trust, health.
package struct ServerPages: RouteProviding {
    private let landing: LandingPage
    private let authority: HTTPResponse?
    private let health: Health

    /// - Parameter authority: the certificate of the server's own authority in PEM; nil when it has none.
    package init(landing: LandingPage, authority: [UInt8]?, health: Health) {
        self.landing = landing
        self.health = health
        self.authority = authority.map { file in
            let headers: HTTPHeaders = [
                "content-type": "application/x-x509-ca-cert",
                "content-disposition": "attachment; filename=\"mado-ca.crt\"",
                "x-content-type-options": "nosniff",
            ]
            return HTTPResponse(status: .ok, headers: headers, body: file)
        }
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/", authentication: .none, limit: .unlimited) { [landing] _ in .response(landing.response()) }
        routes.add(.get, "/_mado/v1/health", authentication: .none, limit: .unlimited) { [health] _ in
            .response(health.response())
        }
        if let authority {
            routes.add(.get, LandingPage.authorityPath, authentication: .none, limit: .unlimited) { _ in
                .response(authority)
            }
        }
        routes.add(.get, "/robots.txt", authentication: .none, limit: .unlimited) { _ in
            .response(.text("User-agent: *\nDisallow: /\n"))
        }
    }
}
