import HTTP
import JSON
import MatrixAPI
package import Store

/// Finding members by name.
///
/// All members of the server find one another: it is one organisation's.
///
/// Source: Client-Server API, "User Directory".
package final class MemberDirectory: Sendable {
    /// A member who was found.
    struct Entry: Sendable {
        let user: UserID
        let profile: MemberProfile
    }

    private static let maximumResults = 50

    private let store: any Store

    package init(store: any Store) { self.store = store }

    /// Members whose localpart or name contains `term`, as far as `limit` goes, and whether there are more.
    func search(_ term: String, limit: Int) async throws -> (found: [Entry], isLimited: Bool) {
        let limit = min(max(1, limit), Self.maximumResults)
        let term = Self.localTerm(term)
        return try await store.read { reader in
            let members = try reader.searchMembers(term, after: nil, limit: limit + 1)
            let found = try members.prefix(limit).map { member in
                Entry(user: member.user, profile: try MemberProfile(of: member.user, reader))
            }
            return (found, members.count > limit)
        }
    }

    /// People paste whole identifiers; the directory knows localparts.
    private static func localTerm(_ term: String) -> String {
        guard term.hasPrefix("@") else { return term }
        return String(term.dropFirst().prefix { $0 != ":" })
    }
}

/// `/user_directory/search`
///
/// Source: Client-Server API, `users.yaml`.
extension MemberDirectory: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(
            .post, "/_matrix/client/v3/user_directory/search", authentication: .membersOnly, limit: .search
        ) { [self] request in
            let term = try request.body.requiredString("search_term")
            let limit = try request.body.optionalInt("limit") ?? 10
            let (found, isLimited) = try await search(term, limit: Int(clamping: limit))
            return .object { object in
                object.member("limited", isLimited)
                object.array("results") { results in
                    for entry in found {
                        results.object { result in
                            result.member("user_id", entry.user.string)
                            result.memberIfPresent("display_name", entry.profile.displayName)
                            result.memberIfPresent("avatar_url", entry.profile.avatarURL)
                        }
                    }
                }
            }
        }
    }
}
