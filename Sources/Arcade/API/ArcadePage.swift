import HTTP
package import Server

/// The page that people use in a browser or in a desktop program: own code, nothing from elsewhere.
package struct ArcadePage: RouteProviding {
    private static let files: [(path: String, type: String, body: [UInt8])] = [
        ("/", "text/html; charset=utf-8", PackageResources.arcade_html),
        ("/arcade.css", "text/css; charset=utf-8", PackageResources.arcade_css),
        ("/arcade.js", "text/javascript; charset=utf-8", PackageResources.arcade_js),
        ("/boards.js", "text/javascript; charset=utf-8", PackageResources.boards_js),
        ("/offline.js", "text/javascript; charset=utf-8", PackageResources.offline_js),
        ("/worker.js", "text/javascript; charset=utf-8", PackageResources.worker_js),
        ("/session.js", "text/javascript; charset=utf-8", PackageResources.session_js),
        ("/state.js", "text/javascript; charset=utf-8", PackageResources.state_js),
        ("/texts.js", "text/javascript; charset=utf-8", PackageResources.texts_js),
        ("/together.js", "text/javascript; charset=utf-8", PackageResources.together_js),
    ]

    private let policy: String

    /// - Parameter firstServers: the addresses at which the page may log people in.
    package init(firstServers: [String]) {
        let connections = (["'self'"] + firstServers).joined(separator: " ")
        policy = """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; \
            media-src 'self' https:; connect-src \(connections); worker-src 'self'; base-uri 'none'; form-action 'none'; \
            frame-ancestors 'none'
            """
    }

    package func addRoutes(to routes: inout Routes) {
        for file in Self.files {
            let headers: HTTPHeaders = [
                "content-type": file.type, "content-security-policy": policy, "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer", "cache-control": "no-cache",
                "cross-origin-opener-policy": "same-origin",
            ]
            routes.add(.get, file.path, authentication: .none, limit: .unlimited) { _ in
                .response(HTTPResponse(status: .ok, headers: headers, body: file.body))
            }
        }
    }
}
