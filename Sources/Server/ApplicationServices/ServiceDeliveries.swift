package import EventLoop
package import MatrixAPI
import Store

/// Tells all application services what happens.
package final class ServiceDeliveries: JournalObserver {
    package let services: ApplicationServices
    private let journal: Journal
    private let deliveries: [ServiceDelivery]
    private let sources: ServiceEphemeralSources

    /// - Parameter loop: where timers run.
    package init(
        services: ApplicationServices, journal: Journal, transport: any ServiceTransport, loop: EventLoop,
        clock: WallClock = .system
    ) {
        self.services = services
        self.journal = journal
        let sources = ServiceEphemeralSources()
        self.sources = sources
        deliveries = services.all.map { service in
            ServiceDelivery(
                service, journal: journal, transport: transport, loop: loop, clock: clock, sources: sources)
        }
    }

    /// Gives typing and presence, which wake this in turn.
    package func attach(typing: any TypingSource, presence: any PresenceSource) {
        sources.attach(typing: typing, presence: presence)
    }

    /// Makes the accounts in whose name services act without saying so, and begins to tell.
    /// - Throws: `StoreError`; `M_EXCLUSIVE` where a member has a service's name.
    package func start() async throws {
        for service in services.all {
            try await journal.write { transaction in
                guard try transaction.store.account(service.sender) == nil else { return }
                try Accounts.insert(
                    StoredAccount(user: service.sender, passwordHash: nil, kind: .member, created: transaction.now),
                    displayName: nil, in: transaction)
            }
        }
        for delivery in deliveries { try await delivery.start() }
    }

    /// Whether all wait for the time to try again.
    var areWaiting: Bool { deliveries.allSatisfy(\.isWaiting) }

    package func stop() { for delivery in deliveries { delivery.stop() } }

    // MARK: What happens

    package func published(_ publication: Publication) {
        guard !deliveries.isEmpty else { return }
        var receipts: [Receipt] = []
        var hasEvents = false
        for change in publication.changes {
            switch change.kind {
            case .event: hasEvents = true
            case .receipt(let receipt): receipts.append(receipt)
            default: break
            }
        }
        for delivery in deliveries {
            if !receipts.isEmpty { delivery.note { $0.receipts += receipts } }
            if hasEvents { delivery.wake() }
        }
    }

    package func typingChanged(in room: RoomID) {
        for delivery in deliveries { delivery.note { $0.typing.insert(room) } }
    }

    package func presenceChanged(of users: [UserID]) {
        for delivery in deliveries { delivery.note { $0.presence.formUnion(users) } }
    }
}
