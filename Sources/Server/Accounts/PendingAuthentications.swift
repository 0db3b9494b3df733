import EventLoop
import JSON
import MatrixAPI
import Synchronization

/// A request that waits for its member to authenticate.
struct PendingAuthentication: Sendable {
    /// What is to be done, and by whom: a session is good for nothing else.
    let operation: String
    let user: UserID?
    /// Members of the first request, without passwords.
    let remembered: [(name: String, value: RawJSON)]
    let expires: MonotonicTime
    var completed: [AuthenticationStage] = []
    /// The registration token that was accepted.
    var registrationToken: String?
    /// The proof of an address that was accepted.
    var addressProof: AddressProofs.Credentials?
}

/// The requests that wait: a bounded number, each for a bounded time. When there are too many the oldest is
/// forgotten; its client is asked to authenticate anew.
final class PendingAuthentications: Sendable {
    private struct Waiting {
        var byID: [String: PendingAuthentication] = [:]
        /// Identifiers in the order in which they expire; those that were completed stay until their turn.
        var order: [String] = []
        var first = 0
    }

    private let capacity: Int
    private let lifetime: Duration
    private let waiting = Mutex(Waiting())

    init(capacity: Int, lifetime: Duration) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    var count: Int { waiting.withLock { $0.byID.count } }

    /// Every member of every waiting request, for tests of what is kept.
    var remembered: [(name: String, value: RawJSON)] {
        waiting.withLock { $0.byID.values.flatMap(\.remembered) }
    }

    /// Begins a session and returns its identifier.
    func begin(
        _ operation: String, by user: UserID?, remembering remembered: [(name: String, value: RawJSON)],
        now: MonotonicTime
    ) -> String {
        let id = RandomBytes.token(18)
        let pending = PendingAuthentication(
            operation: operation, user: user, remembered: remembered, expires: now + lifetime)
        waiting.withLock { waiting in
            while waiting.first < waiting.order.count {
                let oldest = waiting.order[waiting.first]
                if let pending = waiting.byID[oldest], pending.expires > now, waiting.byID.count < capacity { break }
                waiting.byID[oldest] = nil
                waiting.first += 1
            }
            if waiting.first > capacity {
                waiting.order.removeFirst(waiting.first)
                waiting.first = 0
            }
            waiting.order.append(id)
            waiting.byID[id] = pending
        }
        return id
    }

    /// nil when it never was or has expired.
    func find(_ id: String, now: MonotonicTime) -> PendingAuthentication? {
        waiting.withLock { waiting in
            guard let pending = waiting.byID[id] else { return nil }
            if pending.expires > now { return pending }
            waiting.byID[id] = nil
            return nil
        }
    }

    /// Notes that a stage was completed.
    func complete(
        _ id: String, _ stage: AuthenticationStage, registrationToken: String?,
        addressProof: AddressProofs.Credentials? = nil
    ) {
        waiting.withLock { waiting in
            guard var pending = waiting.byID[id], !pending.completed.contains(stage) else { return }
            pending.completed.append(stage)
            pending.registrationToken = registrationToken ?? pending.registrationToken
            pending.addressProof = addressProof ?? pending.addressProof
            waiting.byID[id] = pending
        }
    }

    /// Ends a session: only one request gets what it was for.
    func take(_ id: String) -> PendingAuthentication? { waiting.withLock { $0.byID.removeValue(forKey: id) } }
}
