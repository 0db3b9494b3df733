import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Content repository".
extension MediaRepository: RouteProviding {
    /// Older clients ask under each of these.
    private static let versions = ["v3", "r0", "v1"]
    /// The longest name and type of a file that are kept, in bytes.
    private static let maximumTextBytes = 255
    /// How long a download waits for an upload, unless it says.
    private static let usualWait = 20_000

    package func addRoutes(to routes: inout Routes) {
        addUploads(to: &routes)
        addDownloads(to: &routes, under: "/_matrix/client/v1/media", authentication: .required)
        for version in Self.versions {
            addDownloads(
                to: &routes, under: "/_matrix/media/\(version)",
                authentication: settings.allowsAnonymous ? .none : .required)
        }
    }

    private func addUploads(to routes: inout Routes) {
        for version in Self.versions {
            routes.add(
                .post, "/_matrix/media/\(version)/upload", authentication: .membersOnly, body: .streamed
            ) { [self] request in
                try request.requireNotSuspended()
                let description = try description(request)
                let id = try await upload(try body(request), description, by: request.user)
                return .object { $0.member("content_uri", uri(id)) }
            }
        }
        routes.add(
            .put, "/_matrix/media/v3/upload/{serverName}/{mediaId}", authentication: .membersOnly, body: .streamed
        ) { [self] request in
            try request.requireNotSuspended()
            let description = try description(request)
            try await upload(try body(request), description, to: try mediaID(request), by: request.user)
            return .empty
        }
        routes.add(.post, "/_matrix/media/v1/create", authentication: .membersOnly) { [self] request in
            try request.requireNotSuspended()
            let (id, expires) = try await reserve(for: request.user)
            return .object { object in
                object.member("content_uri", uri(id))
                object.member("unused_expires_at", expires)
            }
        }
    }

    private func addDownloads(to routes: inout Routes, under path: String, authentication: Route.Authentication) {
        routes.add(.get, path + "/config") { [settings] _ in
            .object { $0.member("m.upload.size", settings.maximumUpload) }
        }
        routes.add(.get, path + "/download/{serverName}/{mediaId}", authentication: authentication) { [self] in
            try await serve($0, fileName: nil)
        }
        routes.add(
            .get, path + "/download/{serverName}/{mediaId}/{fileName}", authentication: authentication
        ) { [self] in
            try await serve($0, fileName: $0.parameter("fileName"))
        }
        routes.add(.get, path + "/thumbnail/{serverName}/{mediaId}", authentication: authentication) { [self] in
            try await serveThumbnail($0)
        }
    }

    private func uri(_ id: MediaID) -> String { ContentURI(server: serverName, id: id).description }

    // MARK: Requests

    private func body(_ request: Request) throws -> RequestBody {
        guard let body = request.stream else { preconditionFailure("an upload's body is streamed") }
        return body
    }

    /// - Throws: `M_INVALID_PARAM` for a name or type that is too long, or a name with control characters.
    private func description(_ request: Request) throws -> Description {
        let name = request.query("filename")
        let type = request.head.headers.first(named: "content-type")
        for text in [name, type] where (text?.utf8.count ?? 0) > Self.maximumTextBytes {
            throw MatrixError.invalidParam("Name and type of a file have at most \(Self.maximumTextBytes) bytes")
        }
        if name?.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) == true {
            throw MatrixError.invalidParam("The name of a file has no control characters")
        }
        return Description(type: type, fileName: name)
    }

    /// - Throws: `M_NOT_FOUND` for another server's media and for what is no identifier.
    private func mediaID(_ request: Request) throws -> MediaID {
        guard request.parameter("serverName") == serverName, let id = MediaID(request.parameter("mediaId")) else {
            throw MatrixError.notFound("There is no such media")
        }
        return id
    }

    /// Calls `find`, and again when the upload is there, should it not be there yet.
    /// - Throws: `M_NOT_YET_UPLOADED` (504) when it does not come in time.
    private func awaiting<T>(_ request: Request, _ find: (MediaID) async throws -> T) async throws -> T {
        let id = try mediaID(request)
        let wait = try request.query("timeout_ms", in: 0...Int.max) ?? Self.usualWait
        do {
            return try await find(id)
        } catch let error as MatrixError where error.code == .notYetUploaded {
            await arrivals.wait(for: id, at: .milliseconds(min(wait, 60_000)), on: request.loop)
            return try await find(id)
        }
    }

    // MARK: Answers

    private func serve(_ request: Request, fileName: String?) async throws -> Answer {
        let download = try await awaiting(request) { try await self.download($0) }
        var headers = Self.headers(
            type: download.content.type, fileName: fileName ?? download.content.fileName,
            tag: "\"\(download.content.digest.hexadecimal)\"")
        let isAnonymous = request.optionalSession == nil
        headers.add("cache-control", "\(isAnonymous ? "public" : "private"), max-age=31536000, immutable")
        return .file(download.file, headers, for: request, disk: disk)
    }

    private func serveThumbnail(_ request: Request) async throws -> Answer {
        guard let width = try request.query("width", in: 1...100_000),
            let height = try request.query("height", in: 1...100_000)
        else { throw MatrixError.missingParam("width and height") }
        guard let method = ThumbnailSize.Method(rawValue: request.query("method") ?? "scale") else {
            throw MatrixError.invalidParam("method must be crop or scale")
        }
        let size = ThumbnailSize.serving(width: width, height: height, method: method)
        let file = try await awaiting(request) { try await thumbnail($0, size) }
        let format = PictureFormat(of: file) ?? .jpeg
        var headers = Self.headers(
            type: format.mediaType, fileName: format == .png ? "thumbnail.png" : "thumbnail.jpeg", tag: nil)
        let isAnonymous = request.optionalSession == nil
        headers.add("cache-control", "\(isAnonymous ? "public" : "private"), max-age=86400")
        return .file(file, headers, for: request, disk: disk)
    }

    /// The fields that keep what a member uploaded from doing anything in a browser but being shown.
    ///
    /// Source: Client-Server API, "Security considerations" of the content repository.
    private static func headers(type: String, fileName: String?, tag: String?) -> HTTPHeaders {
        var headers = HTTPHeaders([
            ("content-type", type),
            ("content-disposition", ContentDisposition.field(type: type, fileName: fileName)),
            (
                "content-security-policy",
                "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; "
                    + "style-src 'unsafe-inline'; object-src 'self';"
            ),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("accept-ranges", "bytes"),
        ])
        if let tag { headers.add("etag", tag) }
        return headers
    }
}
