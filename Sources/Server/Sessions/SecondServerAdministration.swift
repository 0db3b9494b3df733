import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado second-server` asks of a server, over the socket in the data folder, like ``Administration``.
package struct SecondServerAdministration: RouteProviding {
    private let servers: SecondServers

    package init(servers: SecondServers) { self.servers = servers }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited, handler)
        }
        add(.get, "/second-servers") { _ in try await list() }
        add(.put, "/second-servers/{name}") { try await set($0) }
        add(.delete, "/second-servers/{name}") { request in
            guard try await servers.remove(request.parameter("name")) else { throw SecondServers.unknown }
            return .empty
        }
        add(.post, "/second-servers/{name}/token") { request in
            let token = try await servers.renewToken(of: request.parameter("name"))
            return .object { $0.member("token", token) }
        }
    }

    private func list() async throws -> Answer {
        let found = try await servers.all()
        return .object { object in
            object.array("servers") { list in
                for server in found {
                    list.object { object in
                        object.member("name", server.name)
                        object.member("title", server.title)
                        object.member("url", server.url)
                        object.memberIfPresent("upstream", server.upstream)
                        object.member("created", server.created)
                    }
                }
            }
        }
    }

    /// `PUT /second-servers/{name}` with `title`, `url` and `upstream`.
    private func set(_ request: Request) async throws -> Answer {
        let wish = SecondServers.Wish(
            name: request.parameter("name"), title: try request.body.requiredString("title"),
            url: try request.body.requiredString("url"), upstream: try request.body.optionalString("upstream"))
        let token = try await servers.set(wish)
        return .object { $0.member("token", token) }
    }
}
