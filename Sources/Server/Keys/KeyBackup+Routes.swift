import HTTP
import JSON
import MatrixAPI
import Store

extension KeyBackup: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        for prefix in ["/_matrix/client/v3/room_keys/", "/_matrix/client/unstable/room_keys/"] {
            routes.add(.post, prefix + "version") { [self] in try await createVersion($0) }
            routes.add(.get, prefix + "version") { [self] in try await getVersion($0, nil) }
            routes.add(.get, prefix + "version/{version}") { [self] in try await getVersion($0, Self.version($0)) }
            routes.add(.put, prefix + "version/{version}") { [self] in try await putVersion($0) }
            routes.add(.delete, prefix + "version/{version}") { [self] in
                try await delete(Self.version($0), of: $0.user)
                return .empty
            }
            for path in ["keys", "keys/{roomId}", "keys/{roomId}/{sessionId}"] {
                // A backup of a member with many rooms comes in one request.
                routes.add(.put, prefix + path, maximumBodyBytes: 16 << 20) { [self] in try await putKeys($0, path) }
                routes.add(.get, prefix + path) { [self] in try await getKeys($0, path) }
                routes.add(.delete, prefix + path) { [self] in try await deleteKeys($0, path) }
            }
        }
    }

    // MARK: Versions

    private static func version(_ request: Request) throws -> Int64 {
        guard let version = Int64(request.parameter("version")) else {
            throw MatrixError.notFound("There is no such backup")
        }
        return version
    }

    private static func description(_ body: JSONValue) throws -> (algorithm: String, authData: [UInt8]) {
        guard let authData = try body.optionalObject("auth_data") else { throw MatrixError.missingParam("auth_data") }
        return (try body.requiredString("algorithm"), Array(authData.bytes))
    }

    /// `POST /_matrix/client/v3/room_keys/version`.
    private func createVersion(_ request: Request) async throws -> Answer {
        let (algorithm, authData) = try Self.description(request.body)
        let version = try await create(algorithm, authData, of: request.user)
        return .object { $0.member("version", String(version)) }
    }

    /// `GET /_matrix/client/v3/room_keys/version` and `…/{version}`.
    private func getVersion(_ request: Request, _ number: Int64?) async throws -> Answer {
        let version = try await version(number, of: request.user)
        return .object { body in
            body.member("algorithm", version.algorithm)
            body.member("auth_data", RawJSON(version.authData))
            body.member("count", version.count)
            body.member("etag", String(version.etag))
            body.member("version", String(version.version))
        }
    }

    /// `PUT /_matrix/client/v3/room_keys/version/{version}`.
    private func putVersion(_ request: Request) async throws -> Answer {
        let number = try Self.version(request)
        if let named = try request.body.optionalString("version"), named != String(number) {
            throw MatrixError.invalidParam("The version in the body is not the one in the path")
        }
        let (algorithm, authData) = try Self.description(request.body)
        try await update(number, algorithm, authData, of: request.user)
        return .empty
    }

    // MARK: Keys

    private static func queryVersion(_ request: Request) throws -> Int64 {
        guard let text = request.query("version") else { throw MatrixError.missingParam("version") }
        guard let version = Int64(text) else { throw MatrixError.notFound("There is no such backup") }
        return version
    }

    private static func scope(_ request: Request, _ path: String) throws -> KeyBackupScope {
        switch path {
        case "keys": .all
        case "keys/{roomId}": .room(try request.roomID())
        default: .session(try request.roomID(), request.parameter("sessionId"))
        }
    }

    /// `PUT /_matrix/client/v3/room_keys/keys`, `…/{roomId}`, `…/{roomId}/{sessionId}`.
    private func putKeys(_ request: Request, _ path: String) async throws -> Answer {
        let version = try Self.queryVersion(request)
        var sessions: [StoredBackupSession] = []
        switch try Self.scope(request, path) {
        case .all:
            guard let rooms = try request.body.required("rooms").object else {
                throw MatrixError.badJSON("rooms must be an object")
            }
            for (name, room) in rooms {
                guard let id = RoomID(name) else { throw MatrixError.invalidParam("\(name) is not a room ID") }
                sessions += try Self.sessions(in: room, id)
            }
        case .room(let id): sessions = try Self.sessions(in: request.body, id)
        case .session(let id, let session): sessions = [try Self.session(request.body, id, session)]
        }
        return Self.answer(try await put(sessions, of: request.user, version: version))
    }

    private static func sessions(in room: JSONValue, _ id: RoomID) throws -> [StoredBackupSession] {
        guard let sessions = try room.required("sessions").object else {
            throw MatrixError.badJSON("sessions must be an object")
        }
        return try sessions.map { try session($0.value, id, $0.key) }
    }

    private static func session(_ data: JSONValue, _ room: RoomID, _ id: String) throws -> StoredBackupSession {
        guard try data.required("first_message_index").int != nil, try data.required("forwarded_count").int != nil,
            try data.required("is_verified").bool != nil, try data.required("session_data").isObject
        else { throw MatrixError.badJSON("The data of session \(id) is not of the right types") }
        return StoredBackupSession(room: room, session: id, json: Array(data.bytes))
    }

    private static func answer(_ result: Result) -> Answer {
        .object { body in
            body.member("count", result.count)
            body.member("etag", String(result.etag))
        }
    }

    /// `GET /_matrix/client/v3/room_keys/keys`, `…/{roomId}`, `…/{roomId}/{sessionId}`.
    private func getKeys(_ request: Request, _ path: String) async throws -> Answer {
        let scope = try Self.scope(request, path)
        let found = try await sessions(scope, of: request.user, version: Self.queryVersion(request))
        func write(_ sessions: some Sequence<StoredBackupSession>, to body: inout JSONWriter) {
            body.object("sessions") { object in
                for session in sessions { object.member(session.session, RawJSON(session.json)) }
            }
        }
        switch scope {
        case .all:
            let rooms = Dictionary(grouping: found, by: \.room).sorted { $0.key < $1.key }
            return .object { body in
                body.object("rooms") { object in
                    for (id, sessions) in rooms { object.object(id.string) { write(sessions, to: &$0) } }
                }
            }
        case .room: return .object { write(found, to: &$0) }
        case .session:
            guard let session = found.first else { throw MatrixError.notFound("There is no such key in the backup") }
            return .json(session.json)
        }
    }

    /// `DELETE /_matrix/client/v3/room_keys/keys`, `…/{roomId}`, `…/{roomId}/{sessionId}`.
    private func deleteKeys(_ request: Request, _ path: String) async throws -> Answer {
        let scope = try Self.scope(request, path)
        return Self.answer(
            try await delete(scope, of: request.user, version: Self.queryVersion(request)))
    }
}
