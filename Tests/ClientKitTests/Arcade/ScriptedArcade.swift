import Synchronization

@testable import ClientKit

/// A second server of which a test says what it tells and what it refuses.
final class ScriptedArcade: ClientTransport {
    private typealias Chunks = AsyncThrowingStream<[UInt8], any Error>

    private struct State {
        var asked: [(path: String, body: String)] = []
        var streams: [Chunks.Continuation] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Statuses by the end of the path; 200 otherwise.
        var refusals: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// What was asked so far, as `path body`.
    var asked: [String] { state.withLock { $0.asked.map { "\($0.path) \($0.body)" } } }

    func refuse(_ path: String, with status: Int?) { state.withLock { $0.refusals[path] = status } }

    /// Says something on the newest stream.
    func tell(_ json: String) {
        _ = state.withLock { $0.streams.last }?.yield(Array("data: \(json)\n\n".utf8))
    }

    /// The network breaks.
    func breakOff() { state.withLock { $0.streams.last }?.finish(throwing: TransportError.cut) }

    /// Waits until the condition holds; looks again after every request.
    func until(_ condition: @Sendable ([String]) -> Bool) async {
        while !condition(asked) {
            await withCheckedContinuation { continuation in
                // Something may have been asked meanwhile.
                let isMet = state.withLock { state in
                    if condition(state.asked.map { "\($0.path) \($0.body)" }) { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isMet { continuation.resume() }
            }
        }
    }

    private func note(_ request: ClientRequest) -> (status: Int, waiters: [CheckedContinuation<Void, Never>]) {
        let path = request.url.replacing("https://arcade.test/", with: "")
        var body = ""
        if case .bytes(let bytes) = request.body { body = String(decoding: bytes, as: UTF8.self) }
        return state.withLock { state in
            state.asked.append((path, body))
            defer { state.waiters = [] }
            return (state.refusals[path] ?? 200, state.waiters)
        }
    }

    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        let (status, waiters) = note(request)
        for waiter in waiters { waiter.resume() }
        if status == 0 { throw TransportError.cannotConnect(host: "arcade.test") }
        let text =
            request.url.hasSuffix("api/login") ? #"{"token":"secret","id":"@hanako:x","name":"Hanako"}"# : "{}"
        return ClientResponse(status: status, body: Array(text.utf8))
    }

    func stream(_ request: ClientRequest) async throws -> StreamedResponse {
        let (chunks, continuation) = Chunks.makeStream()
        state.withLock { $0.streams.append(continuation) }
        let (status, waiters) = note(request)
        for waiter in waiters { waiter.resume() }
        if status == 0 { throw TransportError.cannotConnect(host: "arcade.test") }
        return StreamedResponse(status: status, headers: [], chunks: chunks)
    }
}
