import JSON

/// A member of the server that is measured.
struct Member: Sendable {
    let id: String
    let token: String

    /// Of all who are registered.
    static let password = "correct horse battery staple"

    /// Makes an account with a password.
    static func register(_ name: String, _ client: SetupClient) async throws -> Member {
        let body = JSONWriter.object { object in
            object.member("username", name)
            object.member("password", Self.password)
            object.object("auth") { $0.member("type", "m.login.dummy") }
        }
        var answer = try await client.request("POST", "/_matrix/client/v3/register", body: body)
        if answer.status == 401, let session = try JSONValue.parse(answer.body)["session"]?.string {
            let again = JSONWriter.object { object in
                object.member("username", name)
                object.member("password", Self.password)
                object.object("auth") {
                    $0.member("type", "m.login.dummy")
                    $0.member("session", session)
                }
            }
            answer = try await client.request("POST", "/_matrix/client/v3/register", body: again)
        }
        return Member(id: try answer.string("user_id"), token: try answer.string("access_token"))
    }

    /// Makes an account without a password, which costs no password hashing: for crowds.
    static func guest(_ client: SetupClient) async throws -> Member {
        let answer = try await client.request(
            "POST", "/_matrix/client/v3/register?kind=guest", body: Array("{}".utf8))
        return Member(id: try answer.string("user_id"), token: try answer.string("access_token"))
    }

    /// Makes a room that anybody, guests too, may join, and returns its identifier.
    /// - Parameter type: its type of creation; nil for an ordinary one.
    func makeRoom(_ client: SetupClient, type: String? = nil) async throws -> String {
        let body = JSONWriter.object { object in
            object.member("preset", "public_chat")
            if let type { object.object("creation_content") { $0.member("type", type) } }
            object.array("initial_state") { states in
                states.object { state in
                    state.member("type", "m.room.guest_access")
                    state.member("state_key", "")
                    state.object("content") { $0.member("guest_access", "can_join") }
                }
            }
        }
        return try await client.request("POST", "/_matrix/client/v3/createRoom", token: token, body: body)
            .string("room_id")
    }

    func join(_ room: String, _ client: SetupClient) async throws {
        _ = try await client.request(
            "POST", "/_matrix/client/v3/rooms/\(Self.encode(room))/join", token: token, body: Array("{}".utf8)
        ).json()
    }

    /// The token of a sync that returned at once.
    func sync(_ client: SetupClient) async throws -> String {
        try await client.request("GET", "/_matrix/client/v3/sync?timeout=0", token: token).string("next_batch")
    }

    /// The token of a sync in which no room was asked for.
    func emptySync(_ client: SetupClient) async throws -> String {
        try await client.request(
            "GET", "/_matrix/client/v3/sync?timeout=0&filter=\(SyncAnswerText.emptyFilter)", token: token
        ).string("next_batch")
    }

    /// The identifiers' signs that a path cannot hold.
    static func encode(_ identifier: String) -> String {
        var text = ""
        for character in identifier {
            switch character {
            case "!": text += "%21"
            case ":": text += "%3A"
            case "$": text += "%24"
            case "/": text += "%2F"
            default: text.append(character)
            }
        }
        return text
    }
}
