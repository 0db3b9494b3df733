import HTTP
import JSON
import MatrixAPI
import Store

extension Rooms: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v3/createRoom", authentication: .membersOnly, limit: .membership) {
            [self] request in
            try request.requireNotSuspended()
            let id = try await create(
                RoomCreation(request.body), by: request.user, service: request.session.service)
            return .object { $0.member("room_id", id.string) }
        }
        addMembershipRoutes(to: &routes)
        addSendingRoutes(to: &routes)
        addStateRoutes(to: &routes)
        addHistoryRoutes(to: &routes)
        addRelationRoutes(to: &routes)
        addUpgradeRoutes(to: &routes)
        addAliasRoutes(to: &routes)
    }

    /// The form of events for whoever makes the request.
    func encoding(for request: Request) -> EventEncoding {
        EventEncoding(user: request.user, device: request.session.device, now: clock.now)
    }
}

extension Request {
    /// A query parameter that is a place in a timeline.
    /// - Throws: `M_INVALID_PARAM` when it is there and no such token.
    func timelineToken(_ name: String) throws -> TimelineToken? {
        // Some clients send an empty parameter for none.
        guard let text = query(name), !text.isEmpty else { return nil }
        guard let token = TimelineToken(text) else { throw MatrixError.invalidParam("\(name) is not a token of ours") }
        return token
    }

    /// The query parameter `filter`, a `RoomEventFilter` as JSON; everything when it is absent.
    /// - Throws: `M_NOT_JSON`, `M_BAD_JSON`.
    func roomEventFilter() throws -> RoomEventFilter {
        guard let text = query("filter"), !text.isEmpty else { return RoomEventFilter() }
        let value: JSONValue
        do {
            value = try JSONValue.parse(Array(text.utf8))
        } catch {
            throw MatrixError(400, .notJSON, "filter is not valid JSON: \(error)")
        }
        do {
            return try RoomEventFilter(parsing: value)
        } catch {
            throw error.matrixError
        }
    }

    /// The query parameter `limit`, at most `maximum`.
    /// - Throws: `M_INVALID_PARAM` when it is negative or no number.
    func limit(default standard: Int, maximum: Int) throws -> Int {
        min(try query("limit", in: 0...Int.max) ?? standard, maximum)
    }

    /// A query parameter that names a membership.
    /// - Throws: `M_INVALID_PARAM`.
    func membership(_ name: String) throws -> Membership? {
        guard let text = query(name) else { return nil }
        guard let membership = Membership(rawValue: text) else {
            throw MatrixError.invalidParam("\(name) must be one of \(Membership.allCases.map(\.rawValue))")
        }
        return membership
    }
}
