internal import CurlKit
import Synchronization

/// HTTP on libcurl: HTTP/1.1 and HTTP/2, TLS 1.2 and 1.3, through whatever proxy the account's settings say.
///
/// Never takes another way than the settings: when a proxy is set and does not work, a request fails.
package final class CurlTransport: ClientTransport {
    private struct State {
        var settings: NetworkSettings
        var worker: NetworkWorker
        var resolver: ProxyResolver
        /// Proxies that refused the credentials, and until when (monotonic milliseconds) they are not asked again: a few
        /// wrong passwords lock an account in many organisations.
        var refusals: [String: (error: TransportError, until: Int64)] = [:]
        /// The way that worked last, by origin, where the settings name several.
        var lastRoutes: [String: ProxyRoute] = [:]
    }

    private static let refusalMilliseconds: Int64 = 300_000
    private static let maximumRedirects = 5

    private let state: Mutex<State>

    /// - Throws: ``TransportError/authorityFile(path:)``.
    package init(_ settings: NetworkSettings = NetworkSettings()) throws(TransportError) {
        state = Mutex(try Self.makeState(settings))
    }

    deinit { state.withLock { $0.worker.close() } }

    private static func makeState(_ settings: NetworkSettings) throws(TransportError) -> State {
        let worker = try NetworkWorker(authorityFile: settings.authorityFile)
        let resolver = ProxyResolver(settings) { url throws(TransportError) in
            let request = ClientRequest(
                "GET", url, destination: .memory(limit: 1 << 20), timeout: .seconds(15))
            let response = try await Self.perform(
                request, target: try Self.target(url), route: .direct, usesNegotiate: false, on: worker,
                progress: nil)
            guard response.status == 200 else { throw .other("status \(response.status)") }
            return response.body
        }
        return State(settings: settings, worker: worker, resolver: resolver)
    }

    /// From now on goes by these settings. What is on its way goes on as it was.
    /// - Throws: ``TransportError/authorityFile(path:)``; the old settings stay then.
    package func apply(_ settings: NetworkSettings) throws(TransportError) {
        let new = try Self.makeState(settings)
        state.withLock { state in
            state.worker.close()
            state = new
        }
    }

    /// Opens new connections and asks for the proxy anew: those that were open lead into a network that is gone.
    package func networkChanged() {
        // The file of authorities may have been removed since; what was read from it stays good until there is another.
        try? apply(state.withLock { $0.settings })
    }

    package func proxy(for url: String) async -> String? {
        guard let target = ParsedURL(url) else { return nil }
        let (resolver, last) = state.withLock { ($0.resolver, $0.lastRoutes[target.origin]) }
        guard let routes = try? await resolver.routes(to: target) else { return nil }
        if let last, routes.contains(last) { return last.proxy?.url }
        return routes.first?.proxy?.url
    }

    /// A connection on which nothing arrives in time may be one that nobody at the other end knows any more, and HTTP/2
    /// would go on using it: from now on others are opened.
    private func abandon(_ worker: NetworkWorker) {
        guard let new = try? NetworkWorker(authorityFile: state.withLock({ $0.settings.authorityFile })) else { return }
        state.withLock { state in
            let isCurrent = state.worker === worker
            (isCurrent ? worker : new).close()
            if isCurrent { state.worker = new }
        }
    }

    // MARK: Requests

    package func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        var request = request
        for _ in 0...Self.maximumRedirects {
            let current = request
            let response = try await onAnyRoute(current.url) {
                target, route, usesNegotiate, worker throws(TransportError) in
                try await Self.perform(
                    current, target: target, route: route, usesNegotiate: usesNegotiate, on: worker, progress: progress)
            }
            guard let next = Self.redirected(current, by: response) else { return response }
            request = next
        }
        throw TransportError.other("too many redirections")
    }

    package func stream(_ request: ClientRequest) async throws -> StreamedResponse {
        try await onAnyRoute(request.url) { target, route, usesNegotiate, worker throws(TransportError) in
            let buffer = StreamBuffer<TransportError>(cut: .cut)
            let order = TransferOrder(
                id: CurlThread.newIdentifier(), request: request, target: target, route: route,
                usesNegotiate: usesNegotiate, trust: worker.trust, delivery: .stream(buffer))
            let reading = StreamReading(id: order.id, buffer: buffer, thread: worker.thread)
            worker.thread.put(.start(order))
            let head = try await reading.head()
            let chunks = AsyncThrowingStream<[UInt8], any Error> { try await reading.next() }
            return StreamedResponse(status: head.status, headers: head.headers, chunks: chunks)
        }
    }

    /// Tries the ways in their order, and each with the kinds of authentication that it may need.
    func onAnyRoute<T: Sendable>(
        _ url: String,
        _ body: @Sendable (ParsedURL, ProxyRoute, Bool, NetworkWorker) async throws(TransportError) -> T
    ) async throws(TransportError) -> T {
        let target = try Self.target(url)
        while true {
            let (worker, resolver) = state.withLock { ($0.worker, $0.resolver) }
            do throws(TransportError) {
                return try await onAnyRoute(to: target, resolver, worker, body)
            } catch {
                // The connections were given up before it began, while the proxy was asked for perhaps: it begins on others.
                guard error == .cancelled, !Task.isCancelled, state.withLock({ $0.worker !== worker }) else {
                    throw error
                }
            }
        }
    }

    private func onAnyRoute<T: Sendable>(
        to target: ParsedURL, _ resolver: ProxyResolver, _ worker: NetworkWorker,
        _ body: @Sendable (ParsedURL, ProxyRoute, Bool, NetworkWorker) async throws(TransportError) -> T
    ) async throws(TransportError) -> T {
        var last = TransportError.proxyUnknown(reason: "no way")
        for route in try await resolver.routes(to: target) {
            do {
                let result = try await authenticated(route, worker) { usesNegotiate throws(TransportError) in
                    try await body(target, route, usesNegotiate, worker)
                }
                state.withLock { $0.lastRoutes[target.origin] = route }
                return result
            } catch {
                last = error
                if error == .timedOut { abandon(worker) }
                // Anything else may have reached the server.
                guard case .proxyUnreachable = error else { throw error }
            }
        }
        throw last
    }

    /// With a name and a password, the ways that use them; where the proxy wants neither of those, or nobody was named,
    /// the user's tickets.
    private func authenticated<T: Sendable>(
        _ route: ProxyRoute, _ worker: NetworkWorker, _ attempt: (Bool) async throws(TransportError) -> T
    ) async throws(TransportError) -> T {
        guard let proxy = route.proxy else { return try await attempt(false) }
        let hasPassword = proxy.user?.isEmpty == false
        if hasPassword, let refusal = refusal(proxy.url) { throw refusal }
        do {
            return try await attempt(!hasPassword)
        } catch .proxyAuthenticationRequired(let url, let schemes) {
            let error = TransportError.proxyAuthenticationRequired(proxy: url, schemes: schemes)
            guard hasPassword else { throw error }
            if schemes == ["Negotiate"] { return try await attempt(true) }
            state.withLock { state in
                guard state.worker === worker else { return }
                state.refusals[proxy.url] = (error, Monotonic.milliseconds() + Self.refusalMilliseconds)
            }
            throw error
        }
    }

    private func refusal(_ proxy: String) -> TransportError? {
        state.withLock { state in
            guard let refusal = state.refusals[proxy] else { return nil }
            if refusal.until > Monotonic.milliseconds() { return refusal.error }
            state.refusals[proxy] = nil
            return nil
        }
    }

    private static func target(_ url: String) throws(TransportError) -> ParsedURL {
        guard let target = ParsedURL(url), target.scheme == "http" || target.scheme == "https" else {
            throw .badURL(url)
        }
        return target
    }

    private static func perform(
        _ request: ClientRequest, target: ParsedURL, route: ProxyRoute, usesNegotiate: Bool, on worker: NetworkWorker,
        progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws(TransportError) -> ClientResponse {
        let id = CurlThread.newIdentifier()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                worker.thread.put(
                    .start(
                        TransferOrder(
                            id: id, request: request, target: target, route: route, usesNegotiate: usesNegotiate,
                            trust: worker.trust,
                            delivery: .whole(progress: progress) { continuation.resume(returning: $0) })))
                // Cancelled before it began: the handler's command came too early.
                if Task.isCancelled { worker.thread.put(.cancel(id)) }
            }
        } onCancel: {
            worker.thread.put(.cancel(id))
        }
        return try result.get()
    }

    /// The request that an answer sends us on to; nil when the answer is one. Only what can be repeated is, never to
    /// less security, and another server does not see what was meant for the first.
    private static func redirected(_ request: ClientRequest, by response: ClientResponse) -> ClientRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status), request.method == "GET" || request.method == "HEAD",
            let location = response.header("location"), let url = ParsedURL.resolve(location, against: request.url),
            let old = ParsedURL(request.url), let new = ParsedURL(url),
            new.scheme == "https" || (new.scheme == "http" && old.scheme == "http")
        else { return nil }
        var next = request
        next.url = url
        if new.origin != old.origin {
            next.headers.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
        }
        return next
    }
}
