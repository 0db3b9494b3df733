internal import Synchronization

/// How much of something has arrived. Any thread. Whoever waits for a number is told once it is reached.
package final class ArrivalCount: Sendable {
    private struct Waiter {
        let id: Int
        let number: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var count = 0
        var waiters: [Waiter] = []
        var lastID = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var value: Int { state.withLock { $0.count } }

    func add() {
        let due = state.withLock { state in
            state.count += 1
            guard !state.waiters.isEmpty else { return [] as [Waiter] }
            let due = state.waiters.filter { $0.number <= state.count }
            state.waiters.removeAll { $0.number <= state.count }
            return due
        }
        for waiter in due { waiter.continuation.resume() }
    }

    /// Returns once as many have arrived, or the task is cancelled.
    package func reached(_ number: Int) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    // What was cancelled before it came here is not told of that once more.
                    guard state.count < number, !Task.isCancelled else { return true }
                    state.waiters.append(Waiter(id: id, number: number, continuation: continuation))
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiters.removeAll { $0.id == id } }
                return state.waiters.first { $0.id == id }
            }
            waiter?.continuation.resume()
        }
    }
}
