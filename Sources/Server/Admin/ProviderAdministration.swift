import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado provider` asks of a server, over the socket in the data folder.
package struct ProviderAdministration: RouteProviding {
    private let providers: Providers

    package init(providers: Providers) { self.providers = providers }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited) { request in
                // A folder without a server: its portal is there for the time of the command.
                try await providers.feeds.portal.prepare()
                return try await handler(request)
            }
        }
        let one = "/providers/{name}"
        add(.get, "/providers") { _ in
            let all = try await providers.all()
            return .object { object in
                object.array("providers") { list in for one in all { list.object { Self.write(one, to: &$0) } } }
            }
        }
        add(.post, "/providers") { try await create($0) }
        add(.get, one) { request in
            let provider = try await providers.provider(request.parameter("name"))
            return .object { Self.write(provider, to: &$0) }
        }
        add(.delete, one) { request in
            let withFeed = request.body["with_feed"]?.bool ?? false
            try await providers.remove(request.parameter("name"), withFeed: withFeed)
            return .empty
        }
        add(.post, one + "/run") { request in
            let run = try await providers.run(request.parameter("name"))
            return .object { Self.write(run, to: &$0) }
        }
        add(.get, one + "/runs") { request in
            let limit = try request.query("limit", in: 1...200) ?? 20
            let runs = try await providers.runs(of: request.parameter("name"), limit: limit)
            return .object { object in
                object.array("runs") { list in for run in runs { list.object { Self.write(run, to: &$0) } } }
            }
        }
        for (word, isEnabled) in [("enable", true), ("disable", false)] {
            add(.post, one + "/\(word)") { request in
                try await providers.setEnabled(isEnabled, request.parameter("name"))
                return .empty
            }
        }
        add(.post, one + "/token") { request in
            let token = try await providers.makeToken(for: request.parameter("name"))
            return .object { $0.member("token", token) }
        }
    }

    /// `POST /providers` with `name`, `kind`, `source`, `interval` in seconds, `title`, `topic`, `default_subscribed`.
    private func create(_ request: Request) async throws -> Answer {
        let body = request.body
        guard let kind = StoredProvider.Kind(rawValue: try body.requiredString("kind")) else {
            throw MatrixError.invalidParam("kind must be program, address or push")
        }
        var wish = ProviderWish(name: try body.requiredString("name"), kind: kind)
        wish.source = try body.optionalString("source") ?? ""
        wish.interval = try body.optionalInt("interval").map { Int(clamping: $0) }
        wish.title = try body.optionalString("title")
        wish.topic = try body.optionalString("topic")
        wish.isDefault = try body.optionalBool("default_subscribed") ?? true
        wish.order = try body.optionalString("order") ?? ""
        let (provider, token) = try await providers.add(wish)
        return .object { object in
            Self.write(provider, to: &object)
            object.memberIfPresent("token", token)
        }
    }

    private static func write(_ provider: StoredProvider, to object: inout JSONWriter) {
        object.member("name", provider.name)
        object.member("kind", provider.kind.rawValue)
        object.member("room_id", provider.room.string)
        object.member("source", provider.source)
        object.member("interval", provider.interval)
        object.member("enabled", provider.isEnabled)
        object.member("has_token", provider.tokenHash != nil)
        object.member("failures", provider.failures)
        object.member("last_run", provider.lastRun)
        object.member("last_success", provider.lastSuccess)
        object.member("last_error", provider.lastError)
        object.member("created", provider.created)
    }

    private static func write(_ run: StoredProviderRun, to object: inout JSONWriter) {
        object.member("started", run.started)
        object.member("duration", run.duration)
        object.member("good", run.isGood)
        object.member("text", run.text)
    }
}
