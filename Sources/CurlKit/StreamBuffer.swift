import Synchronization

/// What has arrived of a streamed answer and was not read yet: between libcurl's thread and the task that reads.
package final class StreamBuffer<Failure: Error>: Sendable {
    private struct State {
        var head: (status: Int, headers: [(name: String, value: String)])?
        var headWaiter: CheckedContinuation<Void, Never>?
        var bytes: [UInt8] = []
        var reader: CheckedContinuation<Void, Never>?
        var isPaused = false
        var end: Result<Void, Failure>?
    }

    /// Above this nothing more is taken from the connection until the reader has taken what is there.
    private static var limit: Int { 256 << 10 }

    private let state = Mutex(State())
    private let cut: Failure

    /// - Parameter cut: what the reader is told of an answer that ended before it had a head.
    package init(cut: Failure) { self.cut = cut }

    // On libcurl's thread.

    package func begin(status: Int, headers: [(name: String, value: String)]) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.head = (status, headers)
            defer { state.headWaiter = nil }
            return state.headWaiter
        }?.resume()
    }

    /// False when there is no room: the connection is to be paused until `resume` is called.
    package func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (taken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.bytes.count < Self.limit else {
                state.isPaused = true
                return (false, nil)
            }
            state.bytes.append(contentsOf: bytes)
            defer { state.reader = nil }
            return (true, state.reader)
        }
        waiter?.resume()
        return taken
    }

    package func finish(_ end: Result<Void, Failure>) {
        let (head, reader) = state.withLock { state in
            if state.end == nil { state.end = end }
            defer {
                state.headWaiter = nil
                state.reader = nil
            }
            return (state.headWaiter, state.reader)
        }
        head?.resume()
        reader?.resume()
    }

    // For the reader.

    func head() async throws(Failure) -> (status: Int, headers: [(name: String, value: String)]) {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.head != nil || state.end != nil { return true }
                state.headWaiter = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
        let (head, end) = state.withLock { ($0.head, $0.end) }
        if let head { return head }
        if case .failure(let error) = end { throw error }
        throw cut
    }

    /// What is there, as soon as there is anything; nil at the end.
    /// - Parameter resume: lets the connection go on after a pause.
    func next(resume: () -> Void) async throws(Failure) -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if !state.bytes.isEmpty || state.end != nil { return true }
                state.reader = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
        let (bytes, wasPaused, end) = state.withLock { state in
            defer {
                state.bytes = []
                state.isPaused = false
            }
            return (state.bytes, state.isPaused, state.end)
        }
        if wasPaused { resume() }
        if !bytes.isEmpty { return bytes }
        if case .failure(let error) = end { throw error }
        return nil
    }
}
