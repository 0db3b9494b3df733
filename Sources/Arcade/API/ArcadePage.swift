import HTTP
import JSON
package import Server
import Store

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
        ("/step.js", "text/javascript; charset=utf-8", PackageResources.step_js),
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

    /// What can be played without the server, by whoever keeps the page.
    private static let alone = ["reversi"]

    /// `GET /api/page`: the page's files with their SHA-256, for programs that keep it.
    private static let manifest = Answer.object { object in
        object.array("files") { list in
            for file in files {
                list.object { object in
                    object.member("path", file.path == "/" ? "index.html" : String(file.path.dropFirst()))
                    object.member("url", String(file.path.dropFirst()))
                    object.member("sha256", ContentDigest(of: file.body).hexadecimal)
                    object.member("size", file.body.count)
                }
            }
        }
        object.array("alone") { list in for activity in alone { list.value(activity) } }
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/api/page", authentication: .none, limit: .unlimited) { _ in Self.manifest }
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
