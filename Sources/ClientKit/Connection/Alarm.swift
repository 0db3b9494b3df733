import Dispatch
import Glibc
internal import LinuxShims
import Synchronization

/// One wait, on the clock that goes on while the computer sleeps. `Task.sleep` would come back on one of libdispatch's global
/// queues, see ``TaskThreads``.
final class Alarm: Sendable {
    private enum State {
        case new
        case waiting(UnsafeContinuation<Void, any Error>, Timer?)
        case over
    }

    /// `@unchecked Sendable`: a dispatch source may be cancelled on any thread.
    private struct Timer: @unchecked Sendable {
        let source: any DispatchSourceRead
    }

    private static let queue = DispatchQueue(label: "mado.alarm")
    private let state = Mutex(State.new)

    /// To be called once.
    /// - Throws: `CancellationError`.
    func wait(milliseconds: Int64) async throws {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { start(milliseconds, $0) }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }

    private func start(_ milliseconds: Int64, _ continuation: UnsafeContinuation<Void, any Error>) {
        let isCancelled = state.withLock { state in
            if case .over = state { return true }
            state = .waiting(continuation, makeTimer(milliseconds))
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    private func makeTimer(_ milliseconds: Int64) -> Timer? {
        // Some 35 years at most: nanoseconds in 64 bits end.
        let milliseconds = max(0, min(milliseconds, 1 << 40))
        let descriptor = mado_alarm_create(UInt64(milliseconds) * 1_000_000)
        guard descriptor >= 0 else {
            // Without a descriptor a sleep of the computer does not count.
            Self.queue.asyncAfter(deadline: .now() + .milliseconds(Int(clamping: milliseconds))) {
                self.end(.success(()))
            }
            return nil
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: Self.queue)
        source.setEventHandler { self.end(.success(())) }
        source.setCancelHandler { close(descriptor) }
        source.resume()
        return Timer(source: source)
    }

    private func end(_ result: Result<Void, any Error>) {
        let ended = state.withLock { state in
            let ended = state
            state = .over
            return ended
        }
        guard case .waiting(let continuation, let timer) = ended else { return }
        timer?.source.cancel()
        continuation.resume(with: result)
    }
}
