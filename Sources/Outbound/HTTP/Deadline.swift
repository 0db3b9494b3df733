internal import CurlKit
import Synchronization

/// Waiting for what cannot be cancelled.
enum Deadline {
    /// The work's result, or ``FetchError/timedOut`` or ``FetchError/cancelled`` if that comes first; the work goes on
    /// then, and nobody hears of it.
    /// - Parameter deadline: in monotonic milliseconds.
    static func race<T: Sendable>(
        until deadline: Int64, _ work: @escaping @Sendable () async -> Result<T, FetchError>
    ) async -> Result<T, FetchError> {
        let first = First<Result<T, FetchError>>()
        let tasks = [
            Task { first.resume(await work()) },
            Task {
                let left = max(0, deadline - Monotonic.milliseconds())
                if (try? await Task.sleep(for: .milliseconds(left))) != nil { first.resume(.failure(.timedOut)) }
            },
        ]
        defer { for task in tasks { task.cancel() } }
        return await withTaskCancellationHandler {
            await first.value()
        } onCancel: {
            first.resume(.failure(.cancelled))
        }
    }
}

/// The first of several results.
private final class First<T: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<T, Never>)
        case done(T)
        case taken
    }

    private let state = Mutex(State.open)

    func resume(_ value: T) {
        let waiter = state.withLock { state -> CheckedContinuation<T, Never>? in
            switch state {
            case .open:
                state = .done(value)
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .done, .taken: return nil
            }
        }
        waiter?.resume(returning: value)
    }

    func value() async -> T {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> T? in
                if case .done(let value) = state {
                    state = .taken
                    return value
                }
                state = .waiting(continuation)
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
