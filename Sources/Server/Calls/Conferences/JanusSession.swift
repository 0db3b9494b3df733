import EventLoop
import HTTP
import JSON
import Outbound
import Synchronization

/// Why the bridge did not do what it was asked for.
enum JanusError: Error, Equatable {
    /// It is not there, or does not answer in time.
    case unavailable
    /// It answered with one of its errors.
    case refused(code: Int64, reason: String)
}

/// What the bridge tells of one handle: an answer to a transaction, or something that happened.
struct JanusEvent: Sendable {
    /// `event`, `webrtcup`, `hangup`, `detached`, …
    let kind: String
    let handle: Int64
    /// The plugin's.
    let data: JSONValue
    let sdp: String?
}

/// One session with Janus over its HTTP interface: requests, and a poll for its events. Any thread.
///
/// Source: Janus' documentation, "REST API" and "Video Room".
final class JanusSession: Sendable {
    private struct Pending {
        var result: Result<JanusEvent, JanusError>?
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private struct State {
        var session: Int64?
        var pending: [String: Pending] = [:]
        var isClosed = false
    }

    private static let answerTime = Duration.seconds(10)
    private static let pollTime = Duration.seconds(45)

    private let http: HTTPClient
    private let base: String
    private let secret: String
    private let loop: EventLoop
    private let state = Mutex(State())

    /// - Parameter port: of 127.0.0.1.
    init(http: HTTPClient, port: UInt16, secret: String, loop: EventLoop) {
        self.http = http
        self.secret = secret
        self.loop = loop
        base = "http://127.0.0.1:\(port)/janus"
    }

    /// Opens it, and tells of events until it is over.
    /// - Parameters:
    ///   - happened: called with what answers no request, in order.
    ///   - ended: called once: the bridge has gone.
    /// - Throws: ``JanusError``.
    func open(
        happened: @escaping @Sendable (JanusEvent) async -> Void, ended: @escaping @Sendable () async -> Void
    ) async throws(JanusError) {
        let answer = try await post("", "create") { _ in }
        guard let session = answer["data"]?["id"]?.int else { throw .unavailable }
        state.withLock { $0.session = session }
        Task { [self] in
            await poll(session, happened)
            failAll()
            await ended()
        }
    }

    /// No more events; who waits is told.
    func close() {
        state.withLock { $0.isClosed = true }
        failAll()
    }

    // MARK: Requests

    /// A handle of the video room.
    func attach() async throws(JanusError) -> Int64 {
        let answer = try await post(try path(), "attach") { $0.member("plugin", "janus.plugin.videoroom") }
        guard let handle = answer["data"]?["id"]?.int else { throw .unavailable }
        return handle
    }

    func detach(_ handle: Int64) async throws(JanusError) { _ = try await post(try path(handle), "detach") { _ in } }

    /// A request that is answered at once.
    func ask(
        _ handle: Int64, _ body: @escaping @Sendable (inout JSONWriter) -> Void
    ) async throws(JanusError) -> JSONValue {
        let answer = try await post(try path(handle), "message") { $0.object("body", body) }
        let data = answer["plugindata"]?["data"] ?? .emptyObject
        try Self.check(data)
        return data
    }

    /// A request that is answered by an event.
    func send(
        _ handle: Int64, sdp: (type: String, text: String)? = nil,
        _ body: @escaping @Sendable (inout JSONWriter) -> Void
    ) async throws(JanusError) -> JanusEvent {
        let transaction = RandomBytes.token(9)
        state.withLock { $0.pending[transaction] = Pending() }
        do throws(JanusError) {
            _ = try await post(try path(handle), "message", transaction: transaction) { message in
                message.object("body", body)
                guard let sdp else { return }
                message.object("jsep") { jsep in
                    jsep.member("type", sdp.type)
                    jsep.member("sdp", sdp.text)
                }
            }
        } catch {
            state.withLock { $0.pending[transaction] = nil }
            throw error
        }
        let event = try await answer(to: transaction)
        try Self.check(event.data)
        return event
    }

    func trickle(
        _ handle: Int64, candidates: [RawJSON], isComplete: Bool
    ) async throws(JanusError) {
        guard !candidates.isEmpty || isComplete else { return }
        if !candidates.isEmpty {
            _ = try await post(try path(handle), "trickle") { message in
                message.array("candidates") { list in for candidate in candidates { list.value(candidate) } }
            }
        }
        guard isComplete else { return }
        _ = try await post(try path(handle), "trickle") { $0.object("candidate") { $0.member("completed", true) } }
    }

    private func path(_ handle: Int64? = nil) throws(JanusError) -> String {
        guard let session = state.withLock({ $0.isClosed ? nil : $0.session }) else { throw .unavailable }
        return "/\(session)" + (handle.map { "/\($0)" } ?? "")
    }

    private func post(
        _ path: String, _ word: String, transaction: String = RandomBytes.token(9),
        _ body: (inout JSONWriter) -> Void
    ) async throws(JanusError) -> JSONValue {
        let bytes = JSONWriter.object { message in
            message.member("janus", word)
            message.member("transaction", transaction)
            message.member("apisecret", secret)
            body(&message)
        }
        var request = FetchRequest(
            "POST", base + path, headers: HTTPHeaders([("content-type", "application/json")]), body: bytes)
        request.destination = .configured
        request.timeout = Self.answerTime
        let answer = try await fetch(request)
        if answer["janus"]?.string == "error" { throw Self.refusal(answer["error"]) }
        return answer
    }

    private func fetch(_ request: FetchRequest) async throws(JanusError) -> JSONValue {
        do {
            let response = try await http.fetch(request)
            guard response.status == 200 else { throw JanusError.unavailable }
            return try JSONValue.parse(response.body)
        } catch {
            throw .unavailable
        }
    }

    private static func check(_ data: JSONValue) throws(JanusError) {
        guard let code = data["error_code"]?.int else { return }
        throw .refused(code: code, reason: data["error"]?.string ?? "")
    }

    private static func refusal(_ error: JSONValue?) -> JanusError {
        .refused(code: error?["code"]?.int ?? 0, reason: error?["reason"]?.string ?? "")
    }

    // MARK: Events

    private func poll(_ session: Int64, _ happened: @Sendable (JanusEvent) async -> Void) async {
        while state.withLock({ !$0.isClosed }) {
            var request = FetchRequest("GET", "\(base)/\(session)?maxev=20&apisecret=\(secret)")
            request.destination = .configured
            request.timeout = Self.pollTime
            guard let answer = try? await fetch(request) else { return }
            let events = answer.array.map(Array.init) ?? [answer]
            for event in events { await take(event, happened) }
            // The session is gone, e.g. because Janus was started anew.
            if events.contains(where: { $0["janus"]?.string == "error" }) { return }
        }
    }

    private func take(_ value: JSONValue, _ happened: @Sendable (JanusEvent) async -> Void) async {
        guard let kind = value["janus"]?.string, let handle = value["sender"]?.int else { return }
        let event = JanusEvent(
            kind: kind, handle: handle, data: value["plugindata"]?["data"] ?? .emptyObject,
            sdp: value["jsep"]?["sdp"]?.string)
        let isAnswer = value["transaction"]?.string.map { resolve($0, .success(event)) } ?? false
        if !isAnswer { await happened(event) }
    }

    private func answer(to transaction: String) async throws(JanusError) -> JanusEvent {
        let timer = loop.schedule(after: Self.answerTime) { [weak self] in
            _ = self?.resolve(transaction, .failure(.unavailable))
        }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                guard state.pending[transaction]?.result == nil, state.pending[transaction] != nil else { return true }
                state.pending[transaction]?.waiter = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
        timer.cancel()
        let result = state.withLock { $0.pending.removeValue(forKey: transaction)?.result }
        return try (result ?? .failure(.unavailable)).get()
    }

    /// Whether somebody waits for it.
    private func resolve(_ transaction: String, _ result: Result<JanusEvent, JanusError>) -> Bool {
        let (isAwaited, waiter) = state.withLock { state -> (Bool, UnsafeContinuation<Void, Never>?) in
            guard state.pending[transaction] != nil, state.pending[transaction]?.result == nil else {
                return (false, nil)
            }
            state.pending[transaction]?.result = result
            let waiter = state.pending[transaction]?.waiter
            state.pending[transaction]?.waiter = nil
            return (true, waiter)
        }
        waiter?.resume()
        return isAwaited
    }

    private func failAll() {
        let transactions = state.withLock { state in
            state.isClosed = true
            return Array(state.pending.keys)
        }
        for transaction in transactions { _ = resolve(transaction, .failure(.unavailable)) }
    }
}
