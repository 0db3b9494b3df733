import Synchronization

/// What a task came to, for a thread that waits for it.
final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isThere = Gate()

    func set(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        isThere.open()
    }

    /// Blocks the calling thread. Once.
    func wait() -> Result<Value, any Error> {
        isThere.wait()
        return result.withLock { $0 } ?? .failure(BenchError("no result"))
    }
}
