import HTTP
import JSON
import MatrixAPI
import Store

extension Administration {
    func addMemberRoutes(_ add: Add) {
        add(.get, "/members") { try await list($0) }
        add(.post, "/members") { try await create($0) }
        add(.post, "/members/{name}/disable") { try await disable($0) }
        add(.post, "/members/{name}/password") { try await setPassword($0) }
        add(.post, "/members/{name}/suspend") { try await setSuspended(true, $0) }
        add(.post, "/members/{name}/resume") { try await setSuspended(false, $0) }
        add(.post, "/members/{name}/redact") { try await redactAll($0) }
        add(.post, "/members/{name}/notice") { try await notify($0) }
    }

    /// `GET /members?after=…`: at most 500, with `next` when there are more.
    private func list(_ request: Request) async throws -> Answer {
        let limit = 500
        let after = try request.query("after").map { try user($0) }
        let found = try await accounts.list(after: after, limit: limit)
        return .object { object in
            object.array("members") { array in
                for account in found {
                    array.object { object in
                        object.member("user_id", account.user.string)
                        object.member("kind", account.kind.rawValue)
                        object.member("created", account.created)
                        object.member("disabled", account.isDeactivated)
                        object.member("locked", account.isLocked)
                        object.member("suspended", account.isSuspended)
                        object.member("has_password", account.passwordHash != nil)
                    }
                }
            }
            if found.count == limit, let last = found.last { object.member("next", last.user.string) }
        }
    }

    /// `POST /members` with `name`, `password`, `display_name`, `admin`.
    private func create(_ request: Request) async throws -> Answer {
        guard let name = request.body["name"]?.string else { throw MatrixError.missingParam("name") }
        let wanted = name.hasPrefix("@") ? String(try user(name).localpart) : name
        let made = try await accounts.create(
            name: wanted, password: request.body["password"]?.string,
            isAdministrator: request.body["admin"]?.bool ?? false, displayName: request.body["display_name"]?.string)
        return .object { $0.member("user_id", made.string) }
    }

    /// `POST /members/{name}/disable`
    private func disable(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        try await accounts.deactivate(user)
        return .object { $0.member("user_id", user.string) }
    }

    /// `POST /members/{name}/password` with `password`, `keep_devices`.
    private func setPassword(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        guard let password = request.body["password"]?.string else { throw MatrixError.missingParam("password") }
        let keepsDevices = request.body["keep_devices"]?.bool ?? false
        try await accounts.setPassword(of: user, to: password, endsSessions: !keepsDevices)
        return .object { $0.member("user_id", user.string) }
    }

    /// `POST /members/{name}/suspend`, `POST /members/{name}/resume`
    private func setSuspended(_ isSuspended: Bool, _ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        try await accounts.setSuspended(isSuspended, user)
        return .object { $0.member("user_id", user.string) }
    }

    /// `POST /members/{name}/redact`: everything that the member wrote; `redacted` says how many events.
    private func redactAll(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        let count = try await rooms.redactAll(by: user, serverName: serverName)
        return .object { object in
            object.member("user_id", user.string)
            object.member("redacted", count)
        }
    }

    /// `POST /members/{name}/notice` with `text`.
    private func notify(_ request: Request) async throws -> Answer {
        let user = try user(request.parameter("name"))
        let sent = try await notices.send(request.body.requiredString("text"), to: user)
        return .object { object in
            object.member("user_id", user.string)
            object.member("room_id", sent.room.string)
            object.member("event_id", sent.event.string)
        }
    }
}
