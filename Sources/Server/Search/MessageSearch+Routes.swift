import HTTP
import JSON
import MatrixAPI
import Store

/// `/search`
///
/// Source: Client-Server API, `search.yaml`.
extension MessageSearch: RouteProviding {
    private static let maximumLimit = 100
    private static let maximumContext = 50
    private static let maximumTermBytes = 500

    package func addRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v3/search", authentication: .membersOnly, limit: .search
        ) { request in
            let categories = try request.body.required("search_categories")
            guard let criteria = try categories.optionalObject("room_events") else {
                return .object { $0.object("search_categories") { _ in } }
            }
            var query = try Self.query(criteria)
            query.from = try request.query("next_batch").map { try Self.place($0, query) }
            let groups = try Self.groups(criteria)
            let page = try await page(query, for: request.user)
            let encoding = EventEncoding(user: request.user, device: request.session.device, now: clock.now)
            return .object { object in
                object.object("search_categories") { object in
                    object.object("room_events") { Self.write(page, query, groups, encoding, to: &$0) }
                }
            }
        }
    }

    // MARK: The request

    private static func query(_ criteria: JSONValue) throws -> Query {
        let term = try criteria.requiredString("search_term")
        guard term.utf8.count <= maximumTermBytes else {
            throw MatrixError.invalidParam("search_term has at most \(maximumTermBytes) bytes")
        }
        var query = Query(term: term)
        let keys = try criteria.optionalStrings("keys")
        // Keys that are not known find nothing.
        if !keys.isEmpty { query.keys = Set(keys.compactMap(SearchKey.init)) }
        if let filter = try criteria.optionalObject("filter") {
            do { query.filter = try RoomEventFilter(parsing: filter) } catch { throw error.matrixError }
            if let limit = query.filter.limit { query.limit = min(max(1, limit), maximumLimit) }
        }
        switch try criteria.optionalString("order_by") {
        case "rank", nil: break
        case "recent": query.isByRank = false
        default: throw MatrixError.invalidParam("order_by must be rank or recent")
        }
        if let context = try criteria.optionalObject("event_context") {
            func limit(_ name: String) throws -> Int {
                Int(min(max(0, try context.optionalInt(name) ?? 5), Int64(maximumContext)))
            }
            query.context = (try limit("before_limit"), try limit("after_limit"))
        }
        query.includesState = try criteria.optionalBool("include_state") ?? false
        return query
    }

    private static func groups(_ criteria: JSONValue) throws -> Set<String> {
        let keys = try criteria.optionalObject("groupings")?.optionalArray("group_by") ?? []
        return Set(
            try keys.map { group in
                guard let key = group["key"]?.string, key == "room_id" || key == "sender" else {
                    throw MatrixError.invalidParam("Results can be grouped by room_id and sender")
                }
                return key
            })
    }

    private static func token(_ place: Int64, _ query: Query) -> String { "\(query.isByRank ? "r" : "p")\(place)" }

    private static func place(_ token: String, _ query: Query) throws -> Int64 {
        guard token.first == (query.isByRank ? "r" : "p"), let place = Int64(token.dropFirst()), place >= 0 else {
            throw MatrixError.invalidParam("next_batch is not a token of this search")
        }
        return place
    }

    // MARK: The answer

    private static func write(
        _ page: Page, _ query: Query, _ groups: Set<String>, _ encoding: EventEncoding, to object: inout JSONWriter
    ) {
        object.member("count", max(page.count, page.results.count))
        object.array("highlights") { list in for word in page.highlights { list.value(word) } }
        object.memberIfPresent("next_batch", page.next.map { token($0, query) })
        object.array("results") { list in
            for result in page.results {
                list.object { object in
                    object.member("rank", result.rank)
                    object.member("result", encoding.encode(result.seen))
                    if let context = result.context {
                        object.object("context") { write(context, encoding, to: &$0) }
                    }
                }
            }
        }
        if !groups.isEmpty { object.object("groups") { write(groups, of: page.results, to: &$0) } }
        guard query.includesState else { return }
        object.object("state") { object in
            for (room, events) in page.state.sorted(by: { $0.key < $1.key }) {
                object.array(room.string) { list in for event in events { list.value(encoding.encodeState(event)) } }
            }
        }
    }

    private static func write(_ context: Context, _ encoding: EventEncoding, to object: inout JSONWriter) {
        object.member("start", context.start.description)
        object.member("end", context.end.description)
        object.array("events_before") { list in for event in context.before { list.value(encoding.encode(event)) } }
        object.array("events_after") { list in for event in context.after { list.value(encoding.encode(event)) } }
        object.object("profile_info") { object in
            for member in context.profiles {
                let content = member.content
                object.object(member.stateKey ?? "") { profile in
                    profile.memberIfPresent("displayname", content["displayname"]?.string)
                    profile.memberIfPresent("avatar_url", content["avatar_url"]?.string)
                }
            }
        }
    }

    private static func write(_ groups: Set<String>, of results: [Result], to object: inout JSONWriter) {
        for key in groups.sorted() {
            let grouped = Dictionary(grouping: results) { result in
                key == "room_id" ? result.seen.event.roomID.string : result.seen.event.sender.string
            }
            object.object(key) { object in
                for (order, (name, members)) in grouped.sorted(by: { $0.key < $1.key }).enumerated() {
                    object.object(name) { group in
                        group.member("order", order)
                        group.array("results") { list in
                            for result in members { list.value(result.seen.event.eventID.string) }
                        }
                    }
                }
            }
        }
    }
}
