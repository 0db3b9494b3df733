import CNghttp2

/// One request and response on an HTTP/2 connection. Confined to the loop.
///
/// Bytes of the request that the application hasn't asked for stay in `inbox`, at most a stream window of them, since
/// the window opens only for what was taken. Bytes of the response stay in `outbox` until windows and socket take them.
final class HTTP2Stream: ExchangeStream {
    /// Lets go of this when the stream closes.
    let connection: HTTP2Connection
    let id: Int32
    var builder: HTTP2HeadBuilder? = HTTP2HeadBuilder()
    var exchange: HTTPExchange?
    private var inbox: [UInt8] = []
    private(set) var outbox = OutputQueue()
    /// The client has sent all of the request.
    private(set) var hasRequestEnded = false
    private var isReading = false
    private var expectsContinue = false
    private var suppressesBody = false
    private var hasEnded = false
    private var isAboveLowWater = false
    /// nghttp2 was told that there is nothing, and wants to be told when there is.
    private var isDeferred = false
    /// There was output all the time since the connection began to watch it, and so many bytes of it have gone since.
    private var isWatched = false
    private var moved = 0

    init(_ connection: HTTP2Connection, id: Int32) {
        self.connection = connection
        self.id = id
    }

    var awaitsBody: Bool { !hasRequestEnded && exchange?.wantsBody == true }
    var holdsOutput: Bool { !outbox.isEmpty }

    func began(_ exchange: HTTPExchange) {
        self.exchange = exchange
        hasRequestEnded = exchange.hasRequestEnded
        suppressesBody = exchange.head.method == .head
        expectsContinue = exchange.head.headers.contains(token: "100-continue", in: "expect")
    }

    // MARK: The request's body

    func received(_ part: UnsafeRawBufferPointer) {
        guard let exchange else { return connection.consumed(part.count, of: self) }
        if exchange.wantsBody, inbox.isEmpty {
            connection.consumed(part.count, of: self)
            exchange.bodyReceived(part)
        } else {
            inbox.append(contentsOf: part)
        }
    }

    func requestEnded() {
        hasRequestEnded = true
        if inbox.isEmpty { exchange?.bodyEnded(nil) }
    }

    /// Hands over what has arrived, while it is wanted.
    private func deliver() {
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        while let exchange, exchange.wantsBody, !inbox.isEmpty {
            var part: [UInt8] = []
            swap(&part, &inbox)
            connection.consumed(part.count, of: self)
            part.withUnsafeBytes { exchange.bodyReceived($0) }
        }
        if hasRequestEnded, inbox.isEmpty { exchange?.bodyEnded(nil) }
    }

    func bodyWanted() {
        if expectsContinue {
            expectsContinue = false
            if inbox.isEmpty, !hasRequestEnded { connection.submitContinue(self) }
        }
        deliver()
        // The phase has changed, perhaps.
        connection.connection.outputAdded()
    }

    // MARK: ExchangeStream

    func send(_ response: HTTPResponse) {
        let hasBody = response.status.mayHaveBody && !suppressesBody && !response.body.isEmpty
        if hasBody { outbox.append(response.body, from: connection.server.buffers) }
        hasEnded = true
        let length = response.status.mayHaveBody ? response.body.count : nil
        connection.submit(self, response.status, response.headers, length: length, hasBody: hasBody)
        letGo()
    }

    func begin(_ status: HTTPStatus, _ headers: HTTPHeaders) {
        if !status.mayHaveBody { suppressesBody = true }
        let length = headers.first(named: "content-length").flatMap { Int($0) }
        connection.submit(self, status, headers, length: length, hasBody: !suppressesBody)
    }

    func write(_ bytes: [UInt8]) -> Bool {
        guard !suppressesBody else { return true }
        outbox.append(bytes, from: connection.server.buffers)
        let limits = connection.server.configuration.limits
        guard outbox.count <= limits.writeBacklog else {
            connection.server.counters.timedOut.add()
            connection.reset(self, NGHTTP2_CANCEL)
            return false
        }
        if outbox.count > connection.server.lowWater { isAboveLowWater = true }
        resume()
        return outbox.count < limits.writeHighWater
    }

    func finish() {
        hasEnded = true
        if !suppressesBody { resume() }
        letGo()
    }

    func abort() {
        letGo()
        connection.reset(self, NGHTTP2_INTERNAL_ERROR)
    }

    /// The exchange is answered: what the client still sends of its request is of no use.
    private func letGo() {
        exchange = nil
        if !inbox.isEmpty {
            connection.consumed(inbox.count, of: self)
            inbox = []
        }
    }

    private func resume() {
        guard isDeferred else { return }
        isDeferred = false
        connection.resume(self)
    }

    // MARK: Output

    /// What nghttp2 may take now: some of the outbox, the end, or nothing for the time being.
    func available(_ most: Int, _ flags: inout UInt32) -> Int {
        let count = min(most, outbox.count)
        if count == outbox.count, hasEnded {
            flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
        } else if count == 0 {
            isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        return count
    }

    /// Moves that much of the outbox to `output`.
    func moveOutput(_ count: Int, to output: inout [UInt8]) {
        var left = count
        while left > 0 {
            let taken = outbox.withFirstPart { part in
                let piece = UnsafeRawBufferPointer(rebasing: part.prefix(left))
                output.append(contentsOf: piece)
                return piece.count
            }
            outbox.sent(taken, to: connection.server.buffers)
            left -= taken
        }
        moved += count
        if outbox.isEmpty { isWatched = false }
    }

    func watchOutput() {
        isWatched = holdsOutput
        moved = 0
    }

    /// Whether less than that has gone of what waited all the time.
    func isStuck(below least: Int) -> Bool { isWatched && moved < least }

    /// Whether the application may be told to write on, once for each time above the mark.
    func takeWritable() -> Bool {
        guard isAboveLowWater, outbox.count <= connection.server.lowWater else { return false }
        isAboveLowWater = false
        return true
    }

    /// The stream or the connection is over.
    func closed() {
        outbox.removeAll(to: connection.server.buffers)
        if !inbox.isEmpty {
            connection.dropped(inbox.count)
            inbox = []
        }
        let ended = exchange
        exchange = nil
        ended?.closed()
    }

    func timedOut() {
        hasRequestEnded = true
        exchange?.bodyEnded(.timedOut)
    }
}
