import Synchronization

@testable import ClientKit

/// A server with one conference, of which a test says what it tells, refuses and keeps waiting.
final class ScriptedBridge: ClientTransport {
    private struct State {
        /// The ends of the paths, those of news left out.
        var asked: [String] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
        var told: [String] = []
        var listeners: [CheckedContinuation<Void, Never>] = []
        /// Statuses by the end of the path; 200 otherwise.
        var refusals: [String: Int] = [:]
        /// By the end of the path, how many requests are not answered.
        var isHeld: Set<String> = []
        var held: [CheckedContinuation<Void, Never>] = []
        var subscriptions = 0
    }

    private let state = Mutex(State())
    private let publishers: String

    /// - Parameter publishers: those who send when this device joins, as JSON.
    init(publishers: String = "") { self.publishers = publishers }

    var asked: [String] { state.withLock { $0.asked } }

    func refuse(_ path: String, with status: Int) { state.withLock { $0.refusals[path] = status } }

    /// Requests of that kind wait for their answers until they are released.
    func hold(_ path: String) { state.withLock { _ = $0.isHeld.insert(path) } }

    func release() {
        let held = state.withLock { state in
            defer { (state.isHeld, state.held) = ([], []) }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// News for whoever listens, or asks next.
    func tell(_ event: String) {
        let listeners = state.withLock { state in
            state.told.append(event)
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener.resume() }
    }

    /// Waits until the condition holds; looks again after every request.
    func until(_ condition: @Sendable ([String]) -> Bool) async {
        while !condition(asked) {
            await withCheckedContinuation { continuation in
                // Something may have been asked meanwhile.
                let isMet = state.withLock { state in
                    if condition(state.asked) { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isMet { continuation.resume() }
            }
        }
    }

    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        let path = String(
            request.url.split(separator: "?")[0].split(separator: "/").dropFirst(6).joined(separator: "/"))
        if path == "events" {
            guard let status = state.withLock({ $0.refusals[path] }) else { return try await news() }
            return ClientResponse(status: status)
        }
        let (status, waiters, isHeld) = state.withLock { state in
            state.asked.append(path)
            defer { state.waiters = [] }
            return (state.refusals[path] ?? 200, state.waiters, state.isHeld.contains(path))
        }
        for waiter in waiters { waiter.resume() }
        if isHeld { await withCheckedContinuation { held in state.withLock { $0.held.append(held) } } }
        let body = status == 200 ? answer(to: path) : #"{"errcode":"M_FORBIDDEN","error":"Not you"}"#
        return ClientResponse(status: status, body: Array(body.utf8))
    }

    func stream(_ request: ClientRequest) async throws -> StreamedResponse { throw TransportError.cut }

    private func answer(to path: String) -> String {
        switch path {
        case "join": return #"{"participant":"own","publishers":[\#(publishers)],"next":"0"}"#
        case "publish": return #"{"sdp":"v=0 answer"}"#
        case "subscribe":
            let number = state.withLock { state in
                state.subscriptions += 1
                return state.subscriptions
            }
            return #"{"subscription":"s\#(number)","sdp":"v=0 offer"}"#
        default: return "{}"
        }
    }

    private func news() async throws -> ClientResponse {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if !state.told.isEmpty || Task.isCancelled { return true }
                    state.listeners.append(continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let listeners = state.withLock { state in
                defer { state.listeners = [] }
                return state.listeners
            }
            for listener in listeners { listener.resume() }
        }
        try Task.checkCancellation()
        let events = state.withLock { state in
            defer { state.told = [] }
            return state.told
        }
        return ClientResponse(
            status: 200, body: Array(#"{"events":[\#(events.joined(separator: ","))],"next":"1"}"#.utf8))
    }
}
