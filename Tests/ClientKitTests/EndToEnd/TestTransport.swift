import Synchronization

@testable import ClientKit

/// The real transport with a network that can be pulled out and that can lose answers.
final class TestTransport: ClientTransport {
    private struct State {
        var isOffline = false
        /// Ends what is under way when the network is pulled out.
        var cuts: [Int: @Sendable () -> Void] = [:]
        var lastCut = 0
        /// How many answers to sent messages are still to be lost.
        var losing = 0
        var lost = 0
        var freezesWithMessage = false
        var holdsStreams = false
        var isFrozen = false
        var opensStreamsAfterLoss = false
        /// Who waits until no more answer is to be lost.
        var opening: [CheckedContinuation<Void, Never>] = []
        /// Who waits for it to freeze.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let real: CurlTransport
    private let state = Mutex(State())

    init() throws { real = try CurlTransport(NetworkSettings(proxy: .none)) }

    var isOffline: Bool {
        get { state.withLock { $0.isOffline } }
        set {
            let cuts = state.withLock { state in
                state.isOffline = newValue
                defer { if newValue { state.cuts = [:] } }
                return newValue ? Array(state.cuts.values) : []
            }
            for cut in cuts { cut() }
        }
    }

    /// Has `cut` called when the network is pulled out, or at once when it is.
    /// - Returns: by what it is forgotten.
    private func onCut(_ cut: @escaping @Sendable () -> Void) -> Int {
        let number = state.withLock { state -> Int? in
            guard !state.isOffline else { return nil }
            state.lastCut += 1
            state.cuts[state.lastCut] = cut
            return state.lastCut
        }
        if number == nil { cut() }
        return number ?? 0
    }

    private func forgetCut(_ number: Int) { state.withLock { $0.cuts[number] = nil } }

    /// A question, which may wait for its answer for long, ends when the network is pulled out; what changes something is left
    /// to its end, of which nobody hears then.
    private func cuttable(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        guard request.method == "GET" else { return try await real.send(request, progress: progress) }
        let asking = Task { [real] in try await real.send(request, progress: progress) }
        let number = onCut { asking.cancel() }
        defer { forgetCut(number) }
        do {
            return try await withTaskCancellationHandler {
                try await asking.value
            } onCancel: {
                asking.cancel()
            }
        } catch {
            throw isOffline ? TransportError.cut : error
        }
    }

    /// Loses the answers to the next so many messages, after the server has taken them.
    func loseAnswers(_ count: Int) { state.withLock { $0.losing = count } }
    /// The same, and no stream begins until they are lost.
    func loseAnswersBeforeStreams(_ count: Int) {
        state.withLock { state in
            state.losing = count
            state.opensStreamsAfterLoss = true
        }
    }

    /// Waits until no answer is to be lost any more, where streams have to wait for that.
    private func untilLost() async {
        await withCheckedContinuation { continuation in
            let opens = state.withLock { state in
                guard state.opensStreamsAfterLoss, state.losing > 0 else { return true }
                state.opening.append(continuation)
                return false
            }
            if opens { continuation.resume() }
        }
    }

    private func lose() -> Bool {
        let (isLost, opening) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
            guard state.losing > 0 else { return (false, []) }
            state.losing -= 1
            state.lost += 1
            guard state.losing == 0 else { return (true, []) }
            defer { state.opening = [] }
            return (true, state.opening)
        }
        for continuation in opening { continuation.resume() }
        return isLost
    }

    var lostAnswers: Int { state.withLock { $0.lost } }

    /// The next message reaches the server; from then on nothing comes back, neither its answer nor its echo.
    func freezeWithMessage() { state.withLock { $0.freezesWithMessage = true } }

    /// Waits until the server has answered to the message with which everything froze.
    func untilFrozen() async {
        await withCheckedContinuation { continuation in
            let isFrozen = state.withLock { state in
                if !state.isFrozen { state.waiting.append(continuation) }
                return state.isFrozen
            }
            if isFrozen { continuation.resume() }
        }
    }

    /// As the transport of a program that is not there any more.
    func freeze() {
        let waiting = state.withLock { state in
            state.isFrozen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private var isFrozen: Bool { state.withLock { $0.isFrozen } }

    /// Ends with the task only.
    private func hang() async throws -> Never {
        let (nothing, feed) = AsyncStream<Void>.makeStream()
        for await _ in nothing {}
        withExtendedLifetime(feed) {}
        throw CancellationError()
    }

    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        if isFrozen { try await hang() }
        if isOffline { throw TransportError.cannotConnect(host: "nowhere") }
        let isMessage = request.method == "PUT" && request.url.contains("/send/")
        let freezes = isMessage && state.withLock { $0.freezesWithMessage }
        if freezes { state.withLock { $0.holdsStreams = true } }
        let answer = try await cuttable(request, progress: progress)
        if freezes { freeze() }
        if isFrozen { try await hang() }
        if isOffline { throw TransportError.cut }
        if isMessage, lose() { throw TransportError.cut }
        return answer
    }

    func stream(_ request: ClientRequest) async throws -> StreamedResponse {
        if isFrozen { try await hang() }
        if isOffline { throw TransportError.cannotConnect(host: "nowhere") }
        await untilLost()
        let answer = try await real.stream(request)
        let (chunks, feed) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let reading = Task {
            do {
                for try await chunk in answer.chunks {
                    if state.withLock({ $0.holdsStreams }) { try await hang() }
                    if isOffline { throw TransportError.cut }
                    feed.yield(chunk)
                }
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        let number = onCut {
            feed.finish(throwing: TransportError.cut)
            reading.cancel()
        }
        feed.onTermination = { [self] _ in
            reading.cancel()
            forgetCut(number)
        }
        return StreamedResponse(status: answer.status, headers: answer.headers, chunks: chunks)
    }
}
