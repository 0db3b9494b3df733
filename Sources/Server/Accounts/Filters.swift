import HTTP
package import JSON
package import MatrixAPI
import Store

/// Filters that clients keep on the server, to name them in requests.
///
/// Source: Client-Server API, "Filtering".
package final class Filters: Sendable {
    private let journal: Journal

    package init(journal: Journal) { self.journal = journal }

    /// Keeps a filter; the same text gets the same identifier.
    /// - Throws: `FilterError` when it is not a filter.
    package func create(_ filter: JSONValue, of user: UserID) async throws -> Int64 {
        _ = try Filter(parsing: filter)
        let bytes = Array(filter.bytes)
        return try await journal.write { try $0.store.insertFilter(bytes, of: user) }
    }

    /// The filter as it was sent.
    /// - Throws: `M_NOT_FOUND` when there is none.
    package func filter(_ id: String, of user: UserID) async throws -> [UInt8] {
        guard let id = Int64(id), let filter = try await journal.store.read({ try $0.filter(id, of: user) }) else {
            throw MatrixError.notFound("There is no such filter")
        }
        return filter
    }
}

/// `/user/{userId}/filter`
///
/// Source: Client-Server API, `filter.yaml`.
extension Filters: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v3/user/{userId}/filter", maximumBodyBytes: 65_536
        ) { [self] request in
            let id = try await create(request.body, of: try request.ownUser())
            return .object { $0.member("filter_id", String(id)) }
        }
        routes.add(.get, "/_matrix/client/v3/user/{userId}/filter/{filterId}") { [self] request in
            .json(try await filter(request.parameter("filterId"), of: try request.ownUser()))
        }
    }
}

extension FilterError: MatrixErrorConvertible {}
