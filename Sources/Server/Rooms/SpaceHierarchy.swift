import HTTP
import JSON
import MatrixAPI
import Store

/// Rooms described to those who are not in them: the tree of a space, and single rooms.
///
/// Source: Client-Server API, `space_hierarchy.yaml`, `room_summary.yaml`.
package struct SpaceHierarchy: Sendable {
    /// Rooms of one page, and how deep a tree is followed.
    private static let maximumPage = 50
    private static let maximumDepth = 20
    /// Rooms that one walk looks at, so that a large tree ends.
    private static let maximumVisited = 2000

    private let journal: Journal
    private let rooms: Rooms

    package init(journal: Journal, rooms: Rooms) {
        self.journal = journal
        self.rooms = rooms
    }

    struct Query: Sendable {
        let root: RoomID
        var suggestedOnly = false
        var depth = SpaceHierarchy.maximumDepth
        /// Rooms that earlier pages had.
        var skip = 0
        var limit = SpaceHierarchy.maximumPage
    }

    struct Page: Sendable {
        var rooms: [(room: RoomSnapshot, children: [Event])] = []
        var hasMore = false
    }

    /// Walks the tree depth first, children in the order that the space gives them.
    /// - Throws: `M_FORBIDDEN` when the user may not know of the space.
    func page(_ query: Query, for user: UserID) async throws -> Page {
        try await journal.store.read { [journal] reader in
            let memberships = try journal.memberships(of: user, reader)
            guard let root = try journal.room(query.root, reader), root.isDescribed(to: user, memberships) else {
                throw Rooms.notInRoom
            }
            var page = Page()
            var seen: Set<RoomID> = []
            var index = 0
            var stack = [(room: root, depth: 0)]
            while let (room, depth) = stack.popLast(), seen.count < Self.maximumVisited {
                guard seen.insert(room.id).inserted else { continue }
                let children = Self.children(of: room, suggestedOnly: query.suggestedOnly)
                if index >= query.skip {
                    guard page.rooms.count < query.limit else {
                        page.hasMore = true
                        return page
                    }
                    page.rooms.append((room, children))
                }
                index += 1
                guard depth < query.depth else { continue }
                for child in children.reversed() {
                    guard let id = RoomID(child.stateKey ?? ""), !seen.contains(id),
                        let next = try journal.room(id, reader), next.isDescribed(to: user, memberships)
                    else { continue }
                    stack.append((next, depth + 1))
                }
            }
            return page
        }
    }

    /// The children of a space, in its order.
    ///
    /// Source: Client-Server API, "Ordering of children within a space".
    private static func children(of room: RoomSnapshot, suggestedOnly: Bool) -> [Event] {
        guard room.type == "m.space" else { return [] }
        let children = room.state.values.filter { event in
            guard event.type == "m.space.child", event.content["via"]?.array != nil else { return false }
            return !suggestedOnly || event.content["suggested"]?.bool == true
        }
        return children.map { (order: Self.order($0), event: $0) }.sorted { one, other in
            switch (one.order, other.order) {
            case (let first?, let second?) where first != second: first < second
            case (.some, nil): true
            case (nil, .some): false
            default:
                (one.event.timestamp, one.event.stateKey ?? "") < (other.event.timestamp, other.event.stateKey ?? "")
            }
        }.map(\.event)
    }

    /// nil when there is none that counts: at most 50 characters of printable ASCII.
    private static func order(_ child: Event) -> String? {
        guard let order = child.content["order"]?.string, order.utf8.count <= 50,
            order.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return order
    }

    /// A room as it is described to somebody.
    /// - Throws: `M_NOT_FOUND` when there is none that the user may know of.
    func summary(_ idOrAlias: String, for user: UserID) async throws -> RoomSnapshot {
        let id = try await rooms.resolve(idOrAlias)
        let memberships = try await journal.memberships(of: user)
        guard let room = try await journal.room(id), room.isDescribed(to: user, memberships) else {
            throw MatrixError.notFound("There is no such room")
        }
        return room
    }
}

extension SpaceHierarchy: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v1/rooms/{roomId}/hierarchy", limit: .search) { request in
            let query = try Self.query(request)
            let page = try await page(query, for: request.user)
            return .object { object in
                object.array("rooms") { list in
                    for (room, children) in page.rooms { list.object { Self.write(room, children, to: &$0) } }
                }
                if page.hasMore { object.member("next_batch", Self.token(query, after: page.rooms.count)) }
            }
        }
        routes.add(.get, "/_matrix/client/v1/room_summary/{roomIdOrAlias}", limit: .search) { request in
            let room = try await summary(request.parameter("roomIdOrAlias"), for: request.user)
            return .object { object in
                room.writeDescription(to: &object)
                room.writeFurtherDescription(to: &object)
                object.member("membership", (room.membership(of: request.user) ?? .leave).rawValue)
            }
        }
    }

    private static func query(_ request: Request) throws -> Query {
        var query = Query(root: try request.roomID())
        query.suggestedOnly = try request.queryFlag("suggested_only")
        query.depth = min(try request.query("max_depth", in: 0...Int.max) ?? maximumDepth, maximumDepth)
        query.limit = min(try request.query("limit", in: 1...Int.max) ?? maximumPage, maximumPage)
        guard let from = request.query("from") else { return query }
        let parts = from.split(separator: "_").map(String.init)
        guard parts.count == 3, let skip = Int(parts[0]), skip >= 0,
            from == "\(skip)_\(query.depth)_\(query.suggestedOnly)"
        else { throw MatrixError.invalidParam("suggested_only and max_depth cannot change on paginated requests") }
        query.skip = skip
        return query
    }

    private static func token(_ query: Query, after count: Int) -> String {
        "\(query.skip + count)_\(query.depth)_\(query.suggestedOnly)"
    }

    private static func write(_ room: RoomSnapshot, _ children: [Event], to object: inout JSONWriter) {
        room.writeDescription(to: &object)
        room.writeFurtherDescription(to: &object)
        object.array("children_state") { list in
            for child in children {
                list.object { event in
                    event.member("type", child.type)
                    event.member("state_key", child.stateKey ?? "")
                    event.member("sender", child.sender.string)
                    event.member("origin_server_ts", child.timestamp)
                    event.member("content", RawJSON(Array(child.contentBytes)))
                }
            }
        }
    }
}
