import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

/// `GET /sync` as long poll, and the same as a stream of server-sent events.
package final class Sync: RouteProviding {
    package struct Settings: Sendable {
        /// The longest that a poll waits.
        package var maximumWait: Duration = .seconds(120)
        /// How often a stream shows that it is alive.
        package var heartbeat: Duration = .seconds(15)
        package init() {}
    }

    let sources: SyncSources
    let notifier: SyncNotifier
    let connections: any ConnectionObserver
    let settings: Settings
    let deliveries: ToDeviceDeliveries
    private let filters = SharedFilters()

    package init(
        sources: SyncSources, notifier: SyncNotifier, connections: any ConnectionObserver,
        settings: Settings = Settings()
    ) {
        self.sources = sources
        self.notifier = notifier
        self.connections = connections
        self.settings = settings
        deliveries = ToDeviceDeliveries(journal: sources.journal)
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/sync", limit: .unlimited) { [self] in try await poll($0) }
        routes.add(.get, "/_mado/v1/sync/stream", limit: .unlimited) { [self] in try await stream($0) }
        routes.add(.get, "/_matrix/client/v3/keys/changes") { [self] in try await keyChanges($0) }
    }

    /// `GET /_matrix/client/v3/sync`. Source: Client-Server API, "Syncing".
    private func poll(_ request: Request) async throws -> Answer {
        let query = try await query(request, since: request.query("since"))
        let presence = try Self.presence(request.query("set_presence"))
        let timeout = min(
            Duration.milliseconds(try request.query("timeout", in: 0...Int(Int32.max)) ?? 0), settings.maximumWait)
        deliveries.acknowledge(query)
        return .later { [self] exchange in
            LongPoll(self, exchange, query, timeout: timeout, received: request.received, presence: presence).start()
        }
    }

    /// `GET /_mado/v1/sync/stream`: parameters as for sync; `since` or the header `Last-Event-ID`.
    private func stream(_ request: Request) async throws -> Answer {
        let since = request.head.headers.first(named: "last-event-id") ?? request.query("since")
        let query = try await query(request, since: since)
        let presence = try Self.presence(request.query("set_presence"))
        deliveries.acknowledge(query)
        return .later { [self] exchange in
            SyncStream(self, exchange, query, received: request.received, presence: presence).start()
        }
    }

    /// `GET /_matrix/client/v3/keys/changes`: what sync tells of device lists, for clients that have a gap. Tells of
    /// changes after `to` too, which the next sync repeats.
    private func keyChanges(_ request: Request) async throws -> Answer {
        func token(_ name: String) throws -> SyncToken {
            guard let text = request.query(name) else { throw MatrixError.missingParam(name) }
            guard let token = SyncToken(text) else { throw MatrixError.invalidParam("\(name) is not a sync's token") }
            return token
        }
        _ = try token("to")
        let query = SyncQuery(
            user: request.user, device: request.session.device, filter: .everything, since: try token("from"),
            fullState: false)
        let lists = try await sources.journal.store.read { [sources] reader in
            try SyncComputation.deviceLists(query, sources, reader: reader)
        }
        return .object { lists.writeMembers(to: &$0) }
    }

    private func query(_ request: Request, since: String?) async throws -> SyncQuery {
        var token: SyncToken?
        if let since {
            token = SyncToken(since)
            if token == nil { throw MatrixError.invalidParam("since is not a token of this server") }
        }
        return SyncQuery(
            user: request.user, device: request.session.device, filter: try await filter(request), since: token,
            fullState: try request.queryFlag("full_state"))
    }

    /// What a client says of its member; nil when it says nothing.
    /// - Throws: `M_INVALID_PARAM`.
    static func presence(_ presence: String?) throws -> String? {
        guard let presence else { return nil }
        guard ["online", "unavailable", "offline"].contains(presence) else {
            throw MatrixError.invalidParam("set_presence must be online, unavailable or offline")
        }
        return presence
    }

    /// The filter that a request names or carries.
    /// - Throws: `M_INVALID_PARAM` when there is no such filter or it is not valid.
    private func filter(_ request: Request) async throws -> SharedFilter {
        guard let text = request.query("filter"), !text.isEmpty else { return .everything }
        if text.utf8.first == UInt8(ascii: "{") {
            do {
                return try filters.filter(Array(text.utf8))
            } catch is JSONError {
                throw MatrixError.invalidParam("filter is not valid JSON")
            }
        }
        guard let id = Int64(text) else { throw MatrixError.invalidParam("There is no such filter") }
        let user = request.user
        if let filter = filters.filter(id, of: user) { return filter }
        let filter = try await sources.journal.store.read { [filters] in try filters.filter(id, of: user, $0) }
        guard let filter else { throw MatrixError.invalidParam("There is no such filter") }
        return filter
    }

    /// Notes what a device was given, so that it is deleted when the device comes back for more.
    func delivered(_ answer: SyncAnswer, to query: SyncQuery) {
        guard answer.hasMessages else { return }
        deliveries.delivered(upTo: answer.token.toDevice ?? answer.token.position, to: query)
    }

    /// The answer to a sync that failed.
    static func failure(_ error: any Error) -> HTTPResponse {
        if let error = error as? MatrixError {
            return MatrixApplication.json(error.body, HTTPStatus(error.status))
        }
        // Clients log their user out at other codes: to them a fault of ours is a gateway that fails for a while.
        return MatrixApplication.json(
            MatrixError(502, .unknown, "The server cannot answer at the moment").body, HTTPStatus(502))
    }
}
