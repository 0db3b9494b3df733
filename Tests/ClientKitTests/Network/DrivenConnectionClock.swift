import Synchronization

@testable import ClientKit

/// A clock that stands still until it is told to go on.
final class DrivenConnectionClock: ConnectionClock {
    private struct State {
        var now: Int64 = 0
        var sleepers: [Int: (due: Int64, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var lastSleeper = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func now() -> ConnectionInstant {
        state.withLock { ConnectionInstant(uptime: $0.now, wall: 1_767_225_600_000 + $0.now) }
    }

    func sleep(milliseconds: Int64) async throws {
        let id = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[id] = (state.now + milliseconds, continuation)
                    defer { state.waiters = [] }
                    return state.waiters
                }
                guard let waiters else { return continuation.resume(throwing: CancellationError()) }
                for waiter in waiters { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id)?.continuation }?.resume(throwing: CancellationError())
        }
    }

    /// How many wait for it to go on.
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Waits until somebody sleeps, and moves the clock to when the first of them wakes.
    func advanceToNextSleeper() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if !state.sleepers.isEmpty { return true }
                state.waiters.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
        wakeNext()
    }

    /// Moves the clock to when the first of those who sleep wakes, if somebody sleeps.
    func wakeNext() {
        state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let first = state.sleepers.min(by: { $0.value.due < $1.value.due }) else { return nil }
            state.now = max(state.now, first.value.due)
            return state.sleepers.removeValue(forKey: first.key)?.continuation
        }?.resume()
    }
}
