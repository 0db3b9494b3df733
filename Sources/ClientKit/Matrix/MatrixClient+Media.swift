import JSON

extension MatrixClient {
    /// `POST /_matrix/media/v3/upload` of a file, read while it is sent. - Returns: its `mxc://` address.
    func upload(
        file path: String, mimeType: String, name: String, progress: (@Sendable (TransferProgress) -> Void)? = nil
    ) async throws -> String {
        let request = ClientRequest(
            "POST", url(["_matrix", "media", "v3", "upload"], [("filename", name)]),
            headers: headers + [("Content-Type", mimeType)], body: .file(path: path), idleTimeout: .seconds(60))
        return try Self.value(try await transport.send(request, progress: progress)).required("content_uri")
    }

    /// Fetches a file or its thumbnail to a path; by the endpoint with authentication, and where a server does not know
    /// that, by the old one.
    /// - Parameter size: of the thumbnail, in pixels.
    func download(_ uri: String, size: Int?, to path: String) async throws {
        guard let (server, id) = Self.parts(of: uri) else {
            throw ClientError.notAFile(uri: uri)
        }
        let query = size.map { [("width", String($0)), ("height", String($0)), ("method", "scale")] } ?? []
        let kind = size == nil ? "download" : "thumbnail"
        do {
            try await fetch(["_matrix", "client", "v1", "media", kind, server, id], query, to: path)
        } catch let error as MatrixClientError
            where error.status == 404 && error.errcode != "M_NOT_FOUND" || error.status == 405
        {
            try await fetch(["_matrix", "media", "v3", kind, server, id], query, to: path)
        }
    }

    /// How many bytes a file has; nil when the server does not say. Costs one byte of it.
    func length(of uri: String) async throws -> Int64? {
        guard let (server, id) = Self.parts(of: uri) else { throw ClientError.notAFile(uri: uri) }
        let request = ClientRequest(
            "GET", Self.mediaURL(server: server, id: id, baseURL: baseURL), headers: headers + [("Range", "bytes=0-0")],
            idleTimeout: .seconds(60))
        let answer = try await transport.stream(request)
        switch answer.status {
        case 206: return answer.header("Content-Range")?.split(separator: "/").last.flatMap { Int64($0) }
        case 200: return answer.header("Content-Length").flatMap { Int64($0) }
        default: return nil
        }
    }

    private func fetch(_ parts: [String], _ query: [(String, String)], to path: String) async throws {
        let request = ClientRequest(
            "GET", url(parts, query), headers: headers, destination: .file(path: path), idleTimeout: .seconds(60))
        let response = try await transport.send(request)
        guard (200..<300).contains(response.status) else {
            throw MatrixClientError(response, try? JSONValue.parse(response.body))
        }
    }

    /// Where a file's bytes are, for whoever may ask for parts of them.
    static func mediaURL(server: String, id: String, baseURL: String) -> String {
        baseURL + "/_matrix/client/v1/media/download/\(QueryCoding.encode(server))/\(QueryCoding.encode(id))"
    }

    static func parts(of uri: String) -> (server: String, id: String)? {
        guard uri.hasPrefix("mxc://") else { return nil }
        let parts = uri.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(parts[0]), String(parts[1]))
    }
}
