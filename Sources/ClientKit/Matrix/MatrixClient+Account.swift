import JSON

/// Who one is after logging in.
struct LoginAnswer: Sendable {
    var userID: String
    var deviceID: String
    var accessToken: String
}

extension MatrixClient {
    private static let v3 = ["_matrix", "client", "v3"]

    /// `POST /login`. - Parameter deviceID: of a device that logs in again.
    func logIn(
        user: String, password: String, deviceName: String, deviceID: String? = nil
    ) async throws -> LoginAnswer {
        let body = JSONWriter.object { object in
            object.member("type", "m.login.password")
            object.object("identifier") { identifier in
                identifier.member("type", "m.id.user")
                identifier.member("user", user)
            }
            object.member("password", password)
            object.member("initial_device_display_name", deviceName)
            object.memberIfPresent("device_id", deviceID)
        }
        return try Self.login(try await send("POST", Self.v3 + ["login"], body: body))
    }

    func logIn(token: String, deviceName: String) async throws -> LoginAnswer {
        let body = JSONWriter.object { object in
            object.member("type", "m.login.token")
            object.member("token", token)
            object.member("initial_device_display_name", deviceName)
        }
        return try Self.login(try await send("POST", Self.v3 + ["login"], body: body))
    }

    /// `POST /register`, through the stages that this program can pass: the administrator's token, and none.
    func register(
        user: String, password: String, registrationToken: String?, deviceName: String
    ) async throws -> LoginAnswer {
        func body(_ auth: (type: String, session: String?)?) -> [UInt8] {
            JSONWriter.object { object in
                object.member("username", user)
                object.member("password", password)
                object.member("initial_device_display_name", deviceName)
                guard let auth else { return }
                object.object("auth") { object in
                    object.member("type", auth.type)
                    object.memberIfPresent("session", auth.session)
                    if auth.type == "m.login.registration_token" {
                        object.memberIfPresent("token", registrationToken)
                    }
                }
            }
        }
        return try Self.login(
            try await authenticated(["register"], stages: ["m.login.registration_token", "m.login.dummy"], body))
    }

    /// `POST /account/password`.
    func changePassword(user: String, old: String, new: String) async throws {
        _ = try await authenticated(["account", "password"], stages: ["m.login.password"]) { auth in
            JSONWriter.object { object in
                object.member("new_password", new)
                object.member("logout_devices", false)
                guard let auth else { return }
                object.object("auth") { object in
                    object.member("type", auth.type)
                    object.memberIfPresent("session", auth.session)
                    object.object("identifier") { identifier in
                        identifier.member("type", "m.id.user")
                        identifier.member("user", user)
                    }
                    object.member("password", old)
                }
            }
        }
    }

    /// Source: Client-Server API, "User-Interactive Authentication API".
    private func authenticated(
        _ path: [String], stages: [String], _ body: ((type: String, session: String?)?) -> [UInt8]
    ) async throws -> JSONValue {
        var auth: (type: String, session: String?)?
        // As many rounds as there are stages, and the first.
        for _ in 0...stages.count {
            let request = ClientRequest(
                "POST", url(Self.v3 + path), headers: headers + [("Content-Type", "application/json")],
                body: .bytes(body(auth)), timeout: .seconds(60))
            let response = try await transport.send(request)
            guard response.status == 401, let answer = try? JSONValue.parse(response.body),
                let flows = answer["flows"]?.array
            else { return try Self.value(response) }
            if let errcode = answer["errcode"]?.string {
                throw MatrixClientError(status: 401, errcode: errcode, message: answer["error"]?.string ?? errcode)
            }
            let done = answer["completed"]?.array?.compactMap(\.string) ?? []
            let possible = flows.compactMap { $0["stages"]?.array?.compactMap(\.string) }
                .filter { flow in flow.allSatisfy { stages.contains($0) || done.contains($0) } }
            guard let next = possible.first?.first(where: { !done.contains($0) }) else {
                throw ClientError.unknownStep
            }
            auth = (next, answer["session"]?.string)
        }
        throw ClientError.unknownStep
    }

    private static func login(_ answer: JSONValue) throws -> LoginAnswer {
        LoginAnswer(
            userID: try answer.required("user_id"), deviceID: try answer.required("device_id"),
            accessToken: try answer.required("access_token"))
    }

    func logOut() async throws {
        _ = try await send("POST", Self.v3 + ["logout"], body: Array("{}".utf8), timeout: .seconds(10))
    }

    // Own data

    func setAccountData(_ type: String, _ content: [UInt8], user: String) async throws {
        _ = try await send("PUT", Self.v3 + ["user", user, "account_data", type], body: content)
    }

    /// nil when there is none.
    func accountData(_ type: String, user: String) async throws -> JSONValue? {
        do {
            return try await send("GET", Self.v3 + ["user", user, "account_data", type])
        } catch let error as MatrixClientError where error.status == 404 {
            return nil
        }
    }

    func setPresence(_ content: [UInt8], user: String) async throws {
        _ = try await send("PUT", Self.v3 + ["presence", user, "status"], body: content)
    }

    func setProfile(_ field: String, _ value: String, user: String) async throws {
        let body = JSONWriter.object { $0.member(field, value) }
        _ = try await send("PUT", Self.v3 + ["profile", user, field], body: body)
    }

    func profile(of user: String) async throws -> JSONValue { try await send("GET", Self.v3 + ["profile", user]) }

    /// Nobody is told of messages in the room, or again as before.
    func setMuted(_ muted: Bool, roomID: String) async throws {
        let path = Self.v3 + ["pushrules", "global", "override", roomID]
        guard muted else {
            do {
                _ = try await send("DELETE", path)
            } catch let error as MatrixClientError where error.status == 404 {}
            return
        }
        let body = JSONWriter.object { rule in
            rule.array("conditions") { conditions in
                conditions.object { condition in
                    condition.member("kind", "event_match")
                    condition.member("key", "room_id")
                    condition.member("pattern", roomID)
                }
            }
            rule.array("actions") { _ in }
        }
        _ = try await send("PUT", path, body: body)
    }

    /// People of the server's directory.
    func searchPeople(_ text: String, isMado: Bool) async throws -> [(person: Person, presence: JSONValue?)] {
        if isMado {
            let answer = try await send(
                "GET", ["_mado", "v1", "people"], query: [("search", text), ("limit", "50")], timeout: .seconds(10))
            return answer["people"]?.array?.compactMap { Self.found($0, presence: $0["presence"]) } ?? []
        }
        let body = JSONWriter.object { object in
            object.member("search_term", text)
            object.member("limit", 50)
        }
        let answer = try await send(
            "POST", Self.v3 + ["user_directory", "search"], body: body, timeout: .seconds(10))
        return answer["results"]?.array?.compactMap { Self.found($0, presence: nil) } ?? []
    }

    private static func found(_ value: JSONValue, presence: JSONValue?) -> (person: Person, presence: JSONValue?)? {
        guard let userID = value["user_id"]?.string else { return nil }
        let avatar = value["avatar_url"]?.string.map { MediaReference(uri: $0) }
        return (Person(userID: userID, displayName: value["display_name"]?.string, avatar: avatar), presence)
    }
}
