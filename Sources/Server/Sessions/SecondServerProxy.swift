import HTTP
import MatrixAPI
import Store

/// Serves second servers under a path of this server's port, `/second/NAME/`, for clients that reach only that port.
///
/// Requests go on as they are; the one behind is told who asks (`X-Forwarded-For`, `-Proto`, `-Prefix`).
package struct SecondServerProxy: RouteProviding {
    private let servers: SecondServers

    package init(servers: SecondServers) { self.servers = servers }

    package func addRoutes(to routes: inout Routes) {
        for method in [HTTPMethod.get, .post, .put, .delete] {
            routes.add(
                method, "/second/{name}/{path...}", authentication: .none, limit: .unlimited, body: .streamed
            ) { request in
                try await pass(request)
            }
        }
    }

    private func pass(_ request: Request) async throws -> Answer {
        let name = request.parameter("name")
        guard let server = try await servers.server(name), let upstream = server.upstream.flatMap({ ListenerURL($0) }),
            let address = PeerAddress(upstream.host)
        else { throw MatrixError.unrecognized() }
        let prefix = "/second/\(name)"
        if request.head.path == prefix {
            return .response(HTTPResponse(status: HTTPStatus(308), headers: ["location": prefix + "/"]))
        }
        guard request.head.path.hasPrefix(prefix + "/") else { throw MatrixError.unrecognized() }
        guard !request.head.headers.contains("transfer-encoding") else {
            throw MatrixError(411, .unknown, "The body needs a Content-Length")
        }
        let connection = try UpstreamConnection(to: address, port: upstream.port, on: request.loop)
        try await connection.send(head(of: request, prefix: prefix))
        while let part = try await request.stream?.next() { try await connection.send(part) }
        let (status, headers) = try await connection.head()
        return .stream(status, headers, connection)
    }

    private func head(of request: Request, prefix: String) -> [UInt8] {
        let head = request.head
        let query = head.query.map { "?" + $0 } ?? ""
        var text = "\(head.method) \(head.path.dropFirst(prefix.utf8.count))\(query) HTTP/1.0\r\n"
        let own: Set<String> = [
            "host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
            "content-length", "expect", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-prefix",
        ]
        for (name, value) in head.headers where !own.contains(name) { text += "\(name): \(value)\r\n" }
        if let authority = head.authority { text += "host: \(authority)\r\n" }
        text += "x-forwarded-for: \(head.remoteAddress)\r\n"
        text += "x-forwarded-proto: \(head.isSecure ? "https" : "http")\r\nx-forwarded-prefix: \(prefix)\r\n"
        if let length = request.stream?.announcedLength { text += "content-length: \(length)\r\n" }
        return Array((text + "connection: close\r\n\r\n").utf8)
    }
}

extension UpstreamConnection: ResponseBody {}

extension UpstreamError: MatrixErrorConvertible {
    var matrixError: MatrixError { MatrixError(502, .unknown, "The server behind gives no answer") }
}
