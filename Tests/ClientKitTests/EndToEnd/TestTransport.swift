import Synchronization

@testable import ClientKit

/// The real transport with a network that can be pulled out and that can lose answers.
final class TestTransport: ClientTransport {
    private struct State {
        var isOffline = false
        /// How many answers to sent messages are still to be lost.
        var losing = 0
        var lost = 0
    }

    private let real: CurlTransport
    private let state = Mutex(State())

    init() throws { real = try CurlTransport(NetworkSettings(proxy: .none)) }

    var isOffline: Bool {
        get { state.withLock { $0.isOffline } }
        set { state.withLock { $0.isOffline = newValue } }
    }

    /// Loses the answers to the next so many messages, after the server has taken them.
    func loseAnswers(_ count: Int) { state.withLock { $0.losing = count } }
    var lostAnswers: Int { state.withLock { $0.lost } }

    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        if isOffline { throw TransportError.cannotConnect(host: "nowhere") }
        let answer = try await real.send(request, progress: progress)
        if isOffline { throw TransportError.cut }
        let isLost =
            request.method == "PUT" && request.url.contains("/send/")
            && state.withLock { state in
                guard state.losing > 0 else { return false }
                state.losing -= 1
                state.lost += 1
                return true
            }
        if isLost { throw TransportError.cut }
        return answer
    }

    func stream(_ request: ClientRequest) async throws -> StreamedResponse {
        if isOffline { throw TransportError.cannotConnect(host: "nowhere") }
        let answer = try await real.stream(request)
        let (chunks, feed) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let reading = Task {
            do {
                for try await chunk in answer.chunks {
                    if isOffline { throw TransportError.cut }
                    feed.yield(chunk)
                }
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        feed.onTermination = { _ in reading.cancel() }
        return StreamedResponse(status: answer.status, headers: answer.headers, chunks: chunks)
    }
}
