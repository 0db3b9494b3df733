import HTTP
import JSON
import MatrixAPI

/// Sliding sync: of the rooms that a client wants in sight, what it does not know yet.
///
/// It reads what `/sync` reads and waits where `/sync` waits; what is its own is what each connection was told.
package final class SlidingSync: RouteProviding {
    let sync: Sync
    let connections: SlidingConnections

    /// - Parameter connections: to be added to the sessions' observers.
    package init(sync: Sync, connections: SlidingConnections) {
        self.sync = sync
        self.connections = connections
    }

    package func addRoutes(to routes: inout Routes) {
        // Read by what clients ask, and not changed by it: the limit on requests is the wait itself.
        routes.add(
            .post, "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync", limit: .unlimited
        ) { [self] in try poll($0, .simplified) }
        routes.add(.post, "/_matrix/client/v4/sync", limit: .unlimited) { [self] in try poll($0, .stable) }
    }

    /// `POST /_matrix/client/v4/sync`. Source: MSC4186; MSC3575 for the names in the other dialect.
    private func poll(_ request: Request, _ dialect: SlidingDialect) throws -> Answer {
        let reader = SlidingRequestReader(dialect: dialect, user: request.user)
        var asked = try reader.request(request.body) { request.query($0) }
        if let since = asked.extensions.toDevice?.since {
            if since <= sync.sources.journal.position {
                acknowledge(since, request)
            } else {
                // Of a store that was lost: what waits here now the device never had.
                asked.extensions.toDevice?.since = nil
            }
        }
        let key = SlidingConnections.Key(user: request.user, device: request.session.device, name: asked.connection)
        let ticket = try connections.begin(key, at: asked.position)
        let query = SlidingQuery(user: key.user, device: key.device, request: asked, state: ticket.state)
        return .later { [self] exchange in
            SlidingPoll(self, exchange, query, ticket, received: request.received).start()
        }
    }

    /// The device has its messages up to this position.
    private func acknowledge(_ position: Int64, _ request: Request) {
        sync.deliveries.acknowledge(messageQuery(request.user, request.session.device, since: position))
    }

    /// Notes what a device was given, so that it is deleted when the device comes back for more.
    func delivered(_ answer: SlidingAnswer, to query: SlidingQuery) {
        guard let through = answer.messagesThrough else { return }
        sync.deliveries.delivered(upTo: through, to: messageQuery(query.user, query.device, since: nil))
    }

    private func messageQuery(_ user: UserID, _ device: DeviceID, since: Int64?) -> SyncQuery {
        SyncQuery(
            user: user, device: device, filter: .everything,
            since: since.map { SyncToken(position: $0, epoch: 0, ephemeral: 0) }, fullState: false)
    }
}
