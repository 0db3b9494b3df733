import HTTP
import JSON
import MatrixAPI
import Store

extension Presence: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/presence/{userId}/status") { [self] in try await getPresence($0) }
        routes.add(.put, "/_matrix/client/v3/presence/{userId}/status") { [self] in try await setPresence($0) }
        routes.add(.get, "/_mado/v1/people", authentication: .membersOnly, limit: .search) { [self] in
            try await people($0)
        }
    }

    /// `GET /_matrix/client/v3/presence/{userId}/status`. Source: Client-Server API, "Presence".
    private func getPresence(_ request: Request) async throws -> Answer {
        let user = try request.userID()
        guard try await maySee(user, request.user) else {
            throw MatrixError.forbidden("You share no room with this member")
        }
        return .json(states(of: [user])[0].content(now: clock.now))
    }

    /// `PUT /_matrix/client/v3/presence/{userId}/status`.
    ///
    /// Besides the specification's members: `mado.availability` (`ready`, `away`, `busy`, `offline`) and
    /// `mado.connects_every` (seconds), for a program that connects at intervals.
    private func setPresence(_ request: Request) async throws -> Answer {
        guard try request.userID() == request.user else {
            throw MatrixError.forbidden("Presence can be set for oneself only")
        }
        let word = try request.body.requiredString("presence")
        guard ["online", "unavailable", "offline"].contains(word) else {
            throw MatrixError.invalidParam("presence must be online, unavailable or offline")
        }
        var availability = Availability(presence: word)
        if let own = try request.body.optionalString("mado.availability") {
            guard let named = Availability(rawValue: own) else {
                throw MatrixError.invalidParam("mado.availability must be ready, away, busy or offline")
            }
            availability = named
        }
        let message = try request.body.optionalString("status_msg")
        if let message, message.utf8.count > 1024 { throw MatrixError(413, .tooLarge, "status_msg is too long") }
        let every = try request.body.optionalInt("mado.connects_every")
        if let every, !(60...86_400).contains(every) {
            throw MatrixError.invalidParam("mado.connects_every must be from 60 to 86400 seconds")
        }
        try await set(request.user, availability, message: message, connectsEvery: every)
        return .empty
    }

    /// Oneself and whoever is in a room with one.
    private func maySee(_ user: UserID, _ viewer: UserID) async throws -> Bool {
        if user == viewer { return true }
        for (id, membership) in try await journal.memberships(of: viewer) where membership.membership == .join {
            if let room = try await journal.room(id), room.bringsTogether, room.isJoined(user) { return true }
        }
        return false
    }

    /// `GET /_mado/v1/people`: the organisation's members with their presence; parameters `search`, `limit`, `from`.
    private func people(_ request: Request) async throws -> Answer {
        let limit = try request.query("limit", in: 1...200) ?? 50
        let cursor = try request.query("from").map(Self.cursor(parsing:))
        let term = request.query("search") ?? ""
        let (found, avatars) = try await journal.store.read { reader in
            let found = try reader.searchMembers(NameFolding.fold(term), after: cursor, limit: limit + 1)
            let avatars = try found.prefix(limit).map { try reader.profileField("avatar_url", of: $0.user) }
            return (found, avatars)
        }
        let states = states(of: found.prefix(limit).map(\.user))
        let now = clock.now
        return .object { body in
            body.array("people") { list in
                for (index, member) in found.prefix(limit).enumerated() {
                    list.object { person in
                        person.member("user_id", member.user.string)
                        if let name = member.displayName { person.member("display_name", name) }
                        if let avatar = avatars[index] { person.member("avatar_url", RawJSON(avatar)) }
                        person.member("presence", RawJSON(states[index].content(now: now)))
                    }
                }
            }
            if found.count > limit, let last = found.prefix(limit).last {
                body.member("next", Self.text(last.cursor))
            }
        }
    }

    private static func text(_ cursor: MemberDirectoryCursor) -> String {
        Base64.encodeURLSafe(Array("\(cursor.user.string)\n\(cursor.name)".utf8))
    }

    private static func cursor(parsing text: String) throws -> MemberDirectoryCursor {
        guard let bytes = Base64.decode(text), let decoded = String(validating: bytes, as: UTF8.self),
            let end = decoded.firstIndex(of: "\n"), let user = UserID(String(decoded[..<end]))
        else { throw MatrixError.invalidParam("from is not a cursor of this server") }
        return MemberDirectoryCursor(name: String(decoded[decoded.index(after: end)...]), user: user)
    }
}
