import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Published room directory".
extension PublicRooms: RouteProviding {
    private static var maximumLimit: Int { 500 }

    package func addRoutes(to routes: inout Routes) {
        let path = "/_matrix/client/v3/publicRooms"
        routes.add(.get, path, authentication: isOpen ? .optional : .required, limit: .search) { [self] request in
            try requireOwnServer(request)
            var query = Query()
            query.limit = try max(1, request.limit(default: query.limit, maximum: Self.maximumLimit))
            query.since = try Self.since(request.query("since"))
            return Self.answer(try await page(query))
        }
        routes.add(.post, path, limit: .search) { [self] request in
            try requireOwnServer(request)
            return Self.answer(try await page(try Self.query(request.body)))
        }
    }

    private func requireOwnServer(_ request: Request) throws {
        guard let server = request.query("server"), !server.isEmpty, server != serverName else { return }
        throw MatrixError.notFound("This server knows nothing of \(server)")
    }

    private static func query(_ body: JSONValue) throws -> Query {
        var query = Query()
        if let limit = try body.optionalInt("limit") {
            query.limit = Int(min(max(1, limit), Int64(maximumLimit)))
        }
        query.since = try since(body.optionalString("since"))
        query.network = try body.optionalString("third_party_instance_id")
        if try body.optionalBool("include_all_networks") ?? false {
            guard query.network == nil else {
                throw MatrixError.invalidParam("third_party_instance_id goes without include_all_networks")
            }
            query.network = ""
        }
        guard let filter = try body.optionalObject("filter") else { return query }
        query.term = try filter.optionalString("generic_search_term")
        guard let types = filter["room_types"], !types.isNull else { return query }
        query.types = try filter.optionalArray("room_types").map { type in
            guard type.isNull || type.string != nil else {
                throw MatrixError.badJSON("room_types must consist of strings and null")
            }
            return type.string
        }
        return query
    }

    private static func since(_ token: String?) throws -> DirectoryRoom? {
        guard let token, !token.isEmpty else { return nil }
        guard let place = DirectoryRoom(token: token) else {
            throw MatrixError.invalidParam("since is not a token of ours")
        }
        return place
    }

    private static func answer(_ page: Page) -> Answer {
        .object { object in
            object.array("chunk") { list in for room in page.rooms { list.object { room.writeDescription(to: &$0) } } }
            object.memberIfPresent("next_batch", page.next?.token)
            object.member("total_room_count_estimate", page.total)
        }
    }
}
