import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, `relations.yaml`, `threads_list.yaml`.
extension Rooms {
    private static let maximumPage = 200

    func addRelationRoutes(to routes: inout Routes) {
        let path = "/_matrix/client/v1/rooms/{roomId}"
        routes.add(.get, "\(path)/relations/{eventId}") { [self] in try await relations($0) }
        routes.add(.get, "\(path)/relations/{eventId}/{relType}") { [self] in
            try await relations($0, $0.parameter("relType"))
        }
        routes.add(.get, "\(path)/relations/{eventId}/{relType}/{eventType}") { [self] in
            try await relations($0, $0.parameter("relType"), $0.parameter("eventType"))
        }
        routes.add(.get, "\(path)/threads") { [self] request in
            let include = request.query("include") ?? "all"
            guard ["all", "participated"].contains(include) else {
                throw MatrixError.invalidParam("include must be all or participated")
            }
            let page = try await threads(
                in: request.roomID(), for: request.user, onlyOwn: include == "participated",
                from: request.timelineToken("from"), limit: pageLimit(request))
            return answer(page, request) { _ in }
        }
    }

    private func pageLimit(_ request: Request) throws -> Int {
        max(1, try request.limit(default: 50, maximum: Self.maximumPage))
    }

    private func relations(
        _ request: Request, _ relationType: String? = nil, _ eventType: String? = nil
    ) async throws -> Answer {
        var query = RelationQuery(parent: try request.eventID(), relationType: relationType, eventType: eventType)
        query.from = try request.timelineToken("from")
        query.to = try request.timelineToken("to")
        query.order = try request.timelineOrder(default: .backward)
        query.limit = try pageLimit(request)
        query.recurses = try request.queryFlag("recurse")
        let page = try await relations(query, in: request.roomID(), for: request.user)
        return answer(page, request) { object in
            object.memberIfPresent("prev_batch", query.from?.description)
            if query.recurses { object.member("recursion_depth", Self.recursionDepth) }
        }
    }

    private func answer(_ page: RelationPage, _ request: Request, _ rest: (inout JSONWriter) -> Void) -> Answer {
        let encoding = encoding(for: request)
        return .object { object in
            object.array("chunk") { list in for event in page.events { list.value(encoding.encode(event)) } }
            object.memberIfPresent("next_batch", page.next?.description)
            rest(&object)
        }
    }
}
