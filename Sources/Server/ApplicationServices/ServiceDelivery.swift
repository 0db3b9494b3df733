import EventLoop
import JSON
import MatrixAPI
import Store
import Synchronization

/// Tells one application service what happens, transaction after transaction, in the journal's order.
///
/// States: *idle* (everything told), *sending* (a transaction is in the store and on its way), *waiting* (it was not
/// taken; a timer has it sent again, later each time). A transaction is written to the store before it is sent and stays
/// there, byte for byte, until the service took it: a kill at any moment has it sent again under the same identifier, by
/// which the service knows that it has seen it.
///
/// Source: Application Service API, "Pushing events".
final class ServiceDelivery: Sendable {
    /// What else belongs into a transaction. Not durable: what was missed is out of date soon.
    struct Ephemeral: Sendable {
        var typing: Set<RoomID> = []
        var receipts: [Receipt] = []
        var presence: Set<UserID> = []
        var isEmpty: Bool { typing.isEmpty && receipts.isEmpty && presence.isEmpty }
    }

    private struct State {
        var ephemeral = Ephemeral()
        var isWaiting = false
        /// What ends the waiting.
        var timer: LoopTimer?
        var attempt = 0
    }

    private static let maximumEvents = 100
    /// Events looked at in one read.
    private static let page = 500
    private static let maximumReceipts = 1000
    private static let firstDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(300)
    private static let timeout = Duration.seconds(60)

    let service: ApplicationService
    private let journal: Journal
    private let peer: ServicePeer
    private let interest: ServiceInterest
    private let loop: EventLoop
    private let clock: WallClock
    private let sources: ServiceEphemeralSources
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(
        _ service: ApplicationService, journal: Journal, transport: any ServiceTransport, loop: EventLoop,
        clock: WallClock, sources: ServiceEphemeralSources
    ) {
        self.service = service
        self.journal = journal
        self.loop = loop
        self.clock = clock
        self.sources = sources
        peer = ServicePeer(service: service, transport: transport)
        interest = ServiceInterest(service)
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Begins where the store says that it ended; a new service is told what happens from now on.
    /// - Throws: `StoreError`.
    func start() async throws {
        let service = service
        let position = journal.position
        try await journal.write { transaction in
            guard try transaction.store.serviceProgress(service.id) == nil else { return }
            try transaction.store.setServiceProgress(
                StoredServiceProgress(service: service.id, created: transaction.now, position: position))
        }
        Task { [weak self, signals] in
            for await _ in signals { await self?.deliver() }
        }
        wake()
    }

    func stop() { signal.finish() }

    /// Whether a timer is to have something sent again.
    var isWaiting: Bool { state.withLock { $0.timer != nil } }

    /// Something may have happened.
    func wake() { signal.yield() }

    func note(_ change: (inout Ephemeral) -> Void) {
        guard service.receivesEphemeral else { return }
        state.withLock { state in
            change(&state.ephemeral)
            let excess = state.ephemeral.receipts.count - Self.maximumReceipts
            if excess > 0 { state.ephemeral.receipts.removeFirst(excess) }
        }
        wake()
    }

    // MARK: Sending

    /// Sends until there is nothing left, or the service does not take it.
    private func deliver() async {
        guard service.url != nil, !state.withLock({ $0.isWaiting }) else { return }
        do {
            while let pending = try await next() {
                guard await send(pending) else { return retryLater() }
                state.withLock { $0.attempt = 0 }
                var done = pending.progress
                done.position = pending.transaction.through
                done.pending = nil
                let progress = done
                try await journal.write { try $0.store.setServiceProgress(progress) }
            }
        } catch {
            // The store cannot be read or written, or the server ends.
            retryLater()
        }
    }

    private func send(_ pending: Pending) async -> Bool {
        let path = "/transactions/\(pending.progress.created)-\(pending.transaction.number)"
        do throws(ServiceTransportError) {
            let answer = try await peer.ask(
                "PUT", path, legacy: path, body: pending.transaction.body, timeout: Self.timeout)
            return answer.map { (200..<300).contains($0.status) } ?? true
        } catch { return false }
    }

    private func retryLater() {
        let delay: Duration = state.withLock { state in
            state.isWaiting = true
            state.attempt += 1
            return min(Self.firstDelay * (1 << min(state.attempt - 1, 10)), Self.longestDelay)
        }
        let timer = loop.schedule(after: delay) { [weak self] in
            guard let self else { return }
            state.withLock { state in
                state.isWaiting = false
                state.timer = nil
            }
            wake()
        }
        state.withLock { $0.timer = timer }
    }

    // MARK: Making transactions

    private struct Pending: Sendable {
        let progress: StoredServiceProgress
        let transaction: StoredServiceProgress.Transaction
    }

    /// The transaction that waits, or a new one; nil when there is nothing to tell.
    private func next() async throws -> Pending? {
        let id = service.id
        guard var progress = try await journal.store.read({ try $0.serviceProgress(id) }) else { return nil }
        if let pending = progress.pending { return Pending(progress: progress, transaction: pending) }
        let ephemeral = state.withLock { state in
            defer { state.ephemeral = Ephemeral() }
            return state.ephemeral
        }
        let found = try await collect(after: progress.position)
        let extra = try await sources.encode(ephemeral, for: service, interest, journal)
        guard !found.events.isEmpty || !extra.isEmpty else {
            // What concerns nobody is not looked at again, at least not before the next start.
            if found.through > progress.position + 10_000 {
                progress.position = found.through
                let skipped = progress
                try await journal.write { try $0.store.setServiceProgress(skipped) }
            }
            return nil
        }
        let body = JSONWriter.object { object in
            object.array("events") { list in for event in found.events { list.value(event) } }
            guard service.receivesEphemeral else { return }
            object.array("ephemeral") { list in for event in extra { list.value(event) } }
        }
        let transaction = StoredServiceProgress.Transaction(
            number: progress.number + 1, through: found.through, body: body)
        progress.number += 1
        progress.pending = transaction
        let made = progress
        try await journal.write { try $0.store.setServiceProgress(made) }
        return Pending(progress: made, transaction: transaction)
    }

    /// The next events that concern the service, as it gets them, and up to where that is all.
    private func collect(after start: Int64) async throws -> (events: [RawJSON], through: Int64) {
        let end = journal.position
        let encoding = EventEncoding(user: service.sender, device: nil, now: clock.now)
        return try await journal.store.read { [journal, interest] reader in
            var events: [RawJSON] = []
            var position = start
            while position < end {
                let page = try reader.events(after: position, through: end, limit: Self.page)
                for event in page {
                    let room = try journal.room(event.roomID, reader)
                    if try interest.covers(event, in: room, reader) {
                        events.append(try self.encode(event, in: room, encoding, reader))
                        if events.count == Self.maximumEvents { return (events, event.position) }
                    }
                }
                position = page.count == Self.page ? page[page.count - 1].position : end
            }
            return (events, end)
        }
    }

    /// Who is invited does not see the room yet, and decides by what the invite tells of it.
    private func encode(
        _ event: Event, in room: RoomSnapshot?, _ encoding: EventEncoding, _ reader: any StoreReader
    ) throws -> RawJSON {
        guard let room, event.type == "m.room.member", let user = event.stateKey.map(UserID.init(unchecked:)),
            service.owns(user), let kind = event.content["membership"]?.string, ["invite", "knock"].contains(kind)
        else { return try encoding.encode(event, membership: nil, reader) }
        return try encoding.encode(event, knownState: StrippedState.events(of: room, for: user), reader)
    }
}
