import HTTP
package import JSON
import MatrixAPI
import Store

/// `POST /_mado/v1/feeds/{feed}/items`, `GET /_mado/v1/feeds/{roomId}/series/{name}`
extension Feeds: RouteProviding {
    /// A batch that is pushed, in bytes.
    private static let maximumBatchBytes = 4 << 20

    package func addRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_mado/v1/feeds/{feed}/items", authentication: .none, body: .streamed
        ) { [self] request in
            // Who has no token is not listened to.
            let provider = try await provider(of: request)
            guard let feed = try await feed(named: request.parameter("feed")), feed.id == provider.room else {
                throw MatrixError.forbidden("The token is for another feed")
            }
            let items = try Self.items(in: try await request.wholeObject(atMost: Self.maximumBatchBytes))
            let receipt = try await publish(items, to: feed.id, by: provider.name)
            try await describeSeries(of: items, in: feed.id)
            return .object { object in
                object.member("accepted", receipt.accepted)
                object.member("unchanged", receipt.unchanged)
                object.member("updated", receipt.updated)
                object.array("items") { list in
                    for (id, event) in receipt.events {
                        list.object { item in
                            item.member("id", id)
                            item.member("event_id", event.string)
                        }
                    }
                }
            }
        }
        routes.add(.get, "/_mado/v1/feeds/{roomId}/series/{name}") { [self] request in
            let limit = try request.query("limit", in: 1...5000) ?? 5000
            let name = request.parameter("name")
            let (points, unit) = try await points(
                of: name, in: try request.roomID(), from: Int64(try request.query("from", in: 0...Int.max) ?? 0),
                through: Int64(try request.query("to", in: 0...Int.max) ?? .max), limit: limit, for: request.user)
            return .object { object in
                object.member("name", name)
                object.memberIfPresent("unit", unit)
                object.array("points") { list in
                    for point in points {
                        list.array { pair in
                            pair.value(point.time)
                            pair.value(point.value)
                        }
                    }
                }
            }
        }
    }

    /// The provider whose token the request bears.
    /// - Throws: `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`, `M_FORBIDDEN` when the provider is switched off.
    private func provider(of request: Request) async throws -> StoredProvider {
        let header = request.head.headers.first(named: "authorization") ?? ""
        guard header.prefix(7).lowercased() == "bearer ", header.count > 7 else {
            throw MatrixError(401, .missingToken, "The provider's token is missing")
        }
        let hash = TokenHash(of: String(header.dropFirst(7))).bytes
        guard let provider = try await journal.store.read({ try $0.provider(withTokenHash: hash) }) else {
            throw MatrixError(401, .unknownToken, "Unknown token of a provider")
        }
        guard provider.isEnabled else { throw MatrixError.forbidden("The provider \(provider.name) is switched off") }
        return provider
    }

    /// The items of a body: one, or `items`.
    /// - Throws: `M_BAD_JSON`, `M_MISSING_PARAM`, `M_INVALID_PARAM`, which name the item.
    package static func items(in body: JSONValue) throws -> [FeedItem] {
        guard let list = body["items"] ?? (body.isArray ? body : nil) else { return [try FeedItem(body)] }
        guard let array = list.array else { throw MatrixError.badJSON("items must be an array") }
        guard array.count <= maximumItems else {
            throw MatrixError.invalidParam("A batch has at most \(maximumItems) items")
        }
        return try array.enumerated().map { index, item in
            do { return try FeedItem(item) } catch let error as MatrixError {
                throw MatrixError(error.status, error.code, "Item \(index): \(error.message)")
            }
        }
    }
}
