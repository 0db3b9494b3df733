import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado media` asks of a server, over the socket in the data folder.
package struct MediaAdministration: RouteProviding {
    private let journal: Journal
    private let cleaning: MediaCleaning
    private let serverName: String
    private let settings: MediaRepository.Settings

    package init(
        journal: Journal, cleaning: MediaCleaning, serverName: String, settings: MediaRepository.Settings
    ) {
        self.journal = journal
        self.cleaning = cleaning
        self.serverName = serverName
        self.settings = settings
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/media/usage", authentication: .none, limit: .unlimited) { try await usage($0) }
        routes.add(.post, "/media/purge", authentication: .none, limit: .unlimited) { try await purge($0) }
    }

    /// `GET /media/usage?after=…`: the whole, and at most 500 members, with `next` when there are more.
    private func usage(_ request: Request) async throws -> Answer {
        let limit = 500
        let after = request.query("after").map { UserID(unchecked: $0) }
        let (total, members) = try await journal.store.read {
            (try $0.mediaUsage(), try $0.mediaUsages(after: after, limit: limit))
        }
        return .object { object in
            object.object("total") { Self.write(total, settings.totalQuota, into: &$0) }
            object.array("members") { array in
                for (user, usage) in members {
                    array.object { object in
                        object.member("user_id", user.string)
                        Self.write(usage, settings.memberQuota, into: &object)
                    }
                }
            }
            if members.count == limit, let last = members.last { object.member("next", last.user.string) }
        }
    }

    /// `POST /media/purge` with `unused_ms`, `unreadable_ms` (both optional), `member`, `dry_run`.
    private func purge(_ request: Request) async throws -> Answer {
        var retention = MediaCleaning.Retention()
        retention.unused = try Self.age(request.body, "unused_ms")
        retention.unreadable = try Self.age(request.body, "unreadable_ms")
        let member = try request.body.optionalString("member").map { name in
            name.hasPrefix("@")
                ? try UserID(name).orThrow(MatrixError.invalidParam("\(name) is no identifier of a member"))
                : try Localpart.userID(wanted: name, server: serverName)
        }
        let isTrial = try request.body.optionalBool("dry_run") ?? false
        let purged = try await cleaning.purgeNow(retention, of: member, isTrial: isTrial)
        return .object { Self.write(purged.usage, nil, into: &$0) }
    }

    private static func age(_ body: JSONValue, _ key: String) throws -> Duration? {
        guard let milliseconds = try body.optionalInt(key) else { return nil }
        guard milliseconds >= 0 else { throw MatrixError.invalidParam("\(key) is an age, in milliseconds") }
        return .milliseconds(milliseconds)
    }

    private static func write(_ usage: MediaUsage, _ quota: Int64?, into object: inout JSONWriter) {
        object.member("files", usage.files)
        object.member("bytes", usage.bytes)
        object.memberIfPresent("quota", quota)
    }
}

extension Optional {
    /// The value, or an error that says why there must be one.
    package func orThrow(_ error: @autoclosure () -> some Error) throws -> Wrapped {
        guard let self else { throw error() }
        return self
    }
}
