import HTTP
package import MatrixAPI
import Store

/// Asks application services whether they want to make a user or a room that somebody names and that is not there.
///
/// Source: Application Service API, "Querying".
package struct ServiceQueries: Sendable {
    /// How often a service that does not answer is asked.
    private static let attempts = 3

    package let services: ApplicationServices
    private let journal: Journal
    private let transport: any ServiceTransport

    package init(services: ApplicationServices, journal: Journal, transport: any ServiceTransport) {
        self.services = services
        self.journal = journal
        self.transport = transport
    }

    /// Has the user made who is in a service's namespace and has no account. Does nothing for all others.
    /// - Throws: `M_UNKNOWN` (408) when the service does not answer.
    package func prepare(_ user: UserID) async throws {
        let owners = services.all.filter { $0.url != nil && $0.owns(user) }
        guard !owners.isEmpty, try await journal.store.read({ try $0.account(user) }) == nil else { return }
        for service in owners where try await knows(service, "users", user.string) { return }
    }

    /// The room of an alias in a service's namespace, which the service may make now.
    /// - Throws: `M_UNKNOWN` (408) when the service does not answer.
    package func room(for alias: RoomAlias) async throws -> RoomID? {
        for service in services.all where service.url != nil && service.owns(alias) {
            // Whatever it says: what counts is that the alias is there then.
            _ = try await knows(service, "rooms", alias.string)
            if let room = try await journal.store.read({ try $0.alias(alias)?.room }) { return room }
        }
        return nil
    }

    private func knows(_ service: ApplicationService, _ kind: String, _ name: String) async throws -> Bool {
        let peer = ServicePeer(service: service, transport: transport)
        let path = "/\(kind)/\(PercentEncoding.encode(name))"
        for _ in 0..<Self.attempts {
            do throws(ServiceTransportError) {
                if let answer = try await peer.ask("GET", path, legacy: path) { return answer.status == 200 }
                return false
            } catch { continue }
        }
        throw MatrixError(408, .unknown, "The application service \(service.id) does not answer")
    }
}
