package import EventLoop

/// One request and its response, over HTTP/1.1 or HTTP/2 alike.
///
/// The response: `waiting` → `begun` (`begin`, then `write`s) → `finished`; or `waiting` → `finished` (`respond`); and
/// from any to `closed` when the client goes away. After `closed` everything that writes does nothing.
/// The request's body: nothing is read beyond what the socket brought with the head until it is asked for; what
/// is never asked for is thrown away after the response, or the connection is.
///
/// `@unchecked Sendable`: confined to `loop`; every call asserts that.
package final class HTTPExchange: @unchecked Sendable {
    enum ResponseState {
        case waiting, begun, finished, closed
    }

    enum BodyState {
        /// Nobody asked yet.
        case unclaimed
        case collecting(limit: Int, done: (Result<[UInt8], HTTPBodyError>) -> Void)
        case streaming(onPart: (UnsafeRawBufferPointer) -> Void, onEnd: (HTTPBodyError?) -> Void)
        /// The application has heard of the end.
        case done
    }

    package let head: HTTPRequestHead
    package let loop: EventLoop
    /// Unique in the process, for the log.
    package let id: UInt64

    /// Called when a `write` that returned false could be repeated.
    package var onWritable: (() -> Void)?
    /// Called once if the exchange ends before the response is finished: the client went away or was dropped.
    package var onClose: (() -> Void)?

    private let compression: ResponseCompression
    private var stream: (any ExchangeStream)?
    private var response = ResponseState.waiting
    private var body = BodyState.unclaimed
    private var collected: [UInt8] = []
    private var isPaused = false
    private var failure: HTTPBodyError?
    /// Whether all of the request has been received, or none will be any more.
    private(set) var hasRequestEnded = false
    /// Whether the client has yet to take of what was written before more should be: since a `write` that returned false.
    package private(set) var isBehind = false

    init(
        head: consuming HTTPRequestHead, loop: EventLoop, id: UInt64, stream: any ExchangeStream, hasBody: Bool,
        compression: ResponseCompression
    ) {
        self.head = head
        self.loop = loop
        self.id = id
        self.stream = stream
        self.compression = compression
        hasRequestEnded = !hasBody
    }

    deinit {
        // The stream holds the exchange until the response is finished, so this is for the application's own slips
        // only.
        assert(response == .finished || response == .closed, "an exchange was let go of unanswered")
    }

    /// Whether a response was begun or sent, or cannot be any more.
    package var hasResponded: Bool {
        assert(loop.isCurrent)
        return response != .waiting
    }

    /// Whether nobody is there any more to answer.
    package var isClosed: Bool {
        assert(loop.isCurrent)
        return response == .closed
    }

    // MARK: The request's body

    /// Collects the whole body and calls `done` once, perhaps before this returns. Once per exchange, and not together
    /// with `readBody`.
    /// - Parameter limit: in bytes; beyond it, `done` gets `.tooLarge` and the rest is not read.
    package func collectBody(limit: Int, _ done: @escaping (Result<[UInt8], HTTPBodyError>) -> Void) {
        assert(loop.isCurrent)
        guard case .unclaimed = body else { preconditionFailure("a body is read once") }
        if let failure {
            body = .done
            return done(.failure(failure))
        }
        if hasRequestEnded {
            body = .done
            return done(.success([]))
        }
        let announced = head.headers.first(named: "content-length").flatMap { Int($0) }
        if let announced, announced > limit {
            body = .done
            return done(.failure(.tooLarge))
        }
        // What is announced need not come: no more than this on its word alone.
        collected.reserveCapacity(min(announced ?? 0, 65_536))
        body = .collecting(limit: limit, done: done)
        stream?.bodyWanted()
    }

    /// Hands over the body in parts as they come, each for the time of the call; then calls `onEnd` once, with nil when the
    /// body is complete. Either may be called before this returns. Once per exchange, and not together with `collectBody`.
    package func readBody(
        _ onPart: @escaping (UnsafeRawBufferPointer) -> Void, onEnd: @escaping (HTTPBodyError?) -> Void
    ) {
        assert(loop.isCurrent)
        guard case .unclaimed = body else { preconditionFailure("a body is read once") }
        if failure != nil || hasRequestEnded {
            body = .done
            return onEnd(failure)
        }
        body = .streaming(onPart: onPart, onEnd: onEnd)
        stream?.bodyWanted()
    }

    /// No part is handed over, and the client is held back, until `resumeBody`.
    package func pauseBody() {
        assert(loop.isCurrent)
        isPaused = true
    }

    package func resumeBody() {
        assert(loop.isCurrent)
        guard isPaused else { return }
        isPaused = false
        if wantsBody { stream?.bodyWanted() }
    }

    // MARK: The response

    /// Sends a whole response. The engine adds Content-Length, Date and, if it pays and the client accepts it, gzip;
    /// leaves the body out for HEAD.
    /// - Precondition: nothing was sent for this exchange. Does nothing once it is closed.
    package func respond(_ response: HTTPResponse) {
        guard compression.applies(to: response, for: head) else { return send(response) }
        if response.body.count <= CompressedBody.slice {
            guard let body = try? GzipEncoder.encode(response.body) else { return send(response) }
            return send(
                HTTPResponse(
                    status: response.status, headers: ResponseCompression.headers(response.headers), body: body))
        }
        guard let body = try? CompressedBody(response.body, self) else { return send(response) }
        begin(response.status, ResponseCompression.headers(response.headers))
        if !isClosed { body.next() }
    }

    private func send(_ response: HTTPResponse) {
        guard advance(from: .waiting, to: .finished), let stream else { return }
        leaveBody()
        stream.send(response)
        letGo()
    }

    /// Begins a response whose body follows in `write`s: in chunks unless `headers` has a Content-Length.
    package func begin(_ status: HTTPStatus, _ headers: HTTPHeaders) {
        guard advance(from: .waiting, to: .begun) else { return }
        stream?.begin(status, headers)
    }

    /// Sends a part of the body.
    /// - Returns: false above the high-water mark: what is written nevertheless is kept, up to the limit at which the
    ///   client counts as too far behind and is dropped; `onWritable` tells when to go on.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        guard advance(from: .begun, to: .begun), let stream else { return false }
        guard !bytes.isEmpty, !stream.write(bytes) else { return true }
        isBehind = true
        return false
    }

    /// Ends the body.
    package func finish() {
        guard advance(from: .begun, to: .finished), let stream else { return }
        leaveBody()
        stream.finish()
        letGo()
    }

    /// Breaks off the response: the client sees that it is not complete. `onClose` is not called.
    package func abort() {
        assert(loop.isCurrent)
        guard response == .waiting || response == .begun, let stream else { return }
        response = .closed
        letGo()
        stream.abort()
    }

    /// Returns whether there is still somebody to answer.
    private func advance(from expected: ResponseState, to next: ResponseState) -> Bool {
        assert(loop.isCurrent)
        guard response != .closed else { return false }
        precondition(response == expected, "a response is begun and finished once")
        response = next
        return true
    }

    /// What of the body has not come is of no interest to an application that has answered, and counts as thrown away.
    private func leaveBody() {
        if case .unclaimed = body { return }
        body = .done
    }

    /// Breaks the circles through the application's closures.
    private func letGo() {
        onWritable = nil
        onClose = nil
        stream = nil
    }

    // MARK: For the stream

    var wantsBody: Bool {
        switch body {
        case .collecting: true
        case .streaming: !isPaused
        case .unclaimed, .done: false
        }
    }

    /// A part of the body, which the application asked for.
    func bodyReceived(_ bytes: UnsafeRawBufferPointer) {
        switch body {
        case .collecting(let limit, let done):
            guard collected.count + bytes.count <= limit else {
                body = .done
                collected = []
                return done(.failure(.tooLarge))
            }
            collected.append(contentsOf: bytes)
        case .streaming(let onPart, _):
            onPart(bytes)
        case .unclaimed, .done:
            break
        }
    }

    /// Nothing more of the request comes.
    /// - Parameter error: nil if it is complete.
    func bodyEnded(_ error: HTTPBodyError?) {
        guard !hasRequestEnded else { return }
        hasRequestEnded = true
        failure = error
        let ended = body
        guard !ended.isUnclaimed else { return }
        body = .done
        switch ended {
        case .collecting(_, let done):
            var whole: [UInt8] = []
            swap(&whole, &collected)
            if let error { done(.failure(error)) } else { done(.success(whole)) }
        case .streaming(_, let onEnd): onEnd(error)
        case .unclaimed, .done: break
        }
    }

    func becameWritable() {
        isBehind = false
        onWritable?()
    }

    /// The client is gone.
    func closed() {
        guard response == .waiting || response == .begun else { return }
        response = .closed
        let tell = onClose
        letGo()
        bodyEnded(.disconnected)
        tell?()
    }
}

extension HTTPExchange.BodyState {
    fileprivate var isUnclaimed: Bool {
        if case .unclaimed = self { true } else { false }
    }
}
