import EventLoop

/// HTTP/1.x over a connection (RFC 9112), one exchange after the other.
///
/// A client may send requests ahead (pipelining); they stay unparsed, up to a bound, until the answer before them is
/// complete, so that answers come in order and what was asked first is done first. Bytes that cannot be used yet
/// (pipelined, or of a body that nobody asked for) are `pending`; when there are too many, the socket is not read.
///
/// An exchange ends when its request and its response both have. An idle connection holds no parser and no buffer.
///
/// Confined to the loop.
final class HTTP1Connection: ConnectionProtocol, ExchangeStream {
    struct Flags: OptionSet {
        let rawValue: UInt16

        /// The connection serves another request after this one.
        static let keepAlive = Flags(rawValue: 1 << 0)
        /// The client waits for 100 Continue, which was not sent.
        static let expectsContinue = Flags(rawValue: 1 << 1)
        static let requestEnded = Flags(rawValue: 1 << 2)
        static let responseEnded = Flags(rawValue: 1 << 3)
        /// The body of the request will not come; whatever arrives is not looked at.
        static let requestBroken = Flags(rawValue: 1 << 4)
        /// The response has no body on the wire: HEAD, 204, 304.
        static let suppressesBody = Flags(rawValue: 1 << 5)
        static let isChunked = Flags(rawValue: 1 << 6)
        static let hasLength = Flags(rawValue: 1 << 7)
        /// `run` is on the stack.
        static let isRunning = Flags(rawValue: 1 << 8)
        /// A request was received on this connection.
        static let isUsed = Flags(rawValue: 1 << 9)
        static let isDraining = Flags(rawValue: 1 << 10)
        static let isHTTP10 = Flags(rawValue: 1 << 11)
        /// A request has begun since the phase was set.
        static let hasNewRequest = Flags(rawValue: 1 << 12)

        static let newRequest: Flags = [.isUsed, .hasNewRequest]
        static let ofExchange: Flags = [
            .keepAlive, .expectsContinue, .requestEnded, .responseEnded, .requestBroken, .suppressesBody, .isChunked,
            .hasLength, .isHTTP10,
        ]
    }

    /// Lets go of this when it closes. Held, because whoever is in the middle of something here may have closed it.
    let connection: Connection
    private var parser: HTTP1ParserBox?
    private var pending: [UInt8] = []
    var exchange: HTTPExchange?
    var flags: Flags = []
    /// Bytes of the response's body that its Content-Length still promises.
    var promised = 0
    /// Bytes of the request's body that may still be thrown away.
    private var discardable = 0

    init(_ connection: Connection) {
        self.connection = connection
    }

    var server: ServerLoop { connection.server }

    // MARK: Input

    var wantsInput: Bool {
        pending.count < server.configuration.limits.pipelineBytes
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        if pending.isEmpty {
            let consumed = run(bytes)
            if consumed < bytes.count { pending = Array(bytes[consumed...]) }
        } else {
            pending.append(contentsOf: bytes)
            runPending()
        }
        settle()
    }

    /// Goes on after the application made it possible.
    private func proceed() {
        guard !flags.contains(.isRunning) else { return }
        let hadStopped = !wantsInput
        runPending()
        settle()
        if hadStopped, wantsInput { connection.resumeReading() }
    }

    private func runPending() {
        guard mayParse else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        let consumed = bytes.withUnsafeBytes { run($0) }
        if consumed < bytes.count { pending = consumed == 0 ? bytes : Array(bytes[consumed...]) }
    }

    /// Whether the parser's next event could be dealt with.
    private var mayParse: Bool {
        guard connection.isWritable else { return false }
        guard let exchange else { return true }
        guard flags.isDisjoint(with: [.requestEnded, .requestBroken]) else { return false }
        return exchange.wantsBody || flags.contains(.responseEnded)
    }

    /// Parses as far as it may. Returns how much is done with.
    private func run(_ bytes: UnsafeRawBufferPointer) -> Int {
        flags.insert(.isRunning)
        defer { flags.remove(.isRunning) }
        var offset = 0
        while mayParse {
            if parser == nil {
                // Not for the empty end of a batch.
                if offset == bytes.count { break }
                parser = server.takeParser(isFirst: !flags.contains(.isUsed))
            }
            guard let parser else { break }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let step = parser.parser.parse(rest)
            offset += step.consumed
            switch step.event {
            case .needsInput:
                return bytes.count
            case .head(let framing):
                begin(parser.parser.takeHead(), framing)
            case .body(let range):
                take(UnsafeRawBufferPointer(rebasing: rest[range]))
            case .end:
                endRequest()
            case .failure(let error):
                fail(error)
                return bytes.count
            case .tlsClientHello:
                connection.close()
                return bytes.count
            case .http2Preface:
                startHTTP2(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
                return bytes.count
            }
        }
        return connection.isWritable ? offset : bytes.count
    }

    private func begin(_ head: HTTPRequestHead, _ framing: HTTP1Framing) {
        var flags = self.flags.subtracting(.ofExchange)
        flags.formUnion(.newRequest)
        if framing.keepAlive, !flags.contains(.isDraining) { flags.insert(.keepAlive) }
        if framing.expectsContinue { flags.insert(.expectsContinue) }
        if head.version == .http10 { flags.insert(.isHTTP10) }
        if case .head = head.method { flags.insert(.suppressesBody) }
        discardable = server.configuration.limits.discardedBodyBytes
        if case .length(let length) = framing.body, length > discardable { discardable = -1 }
        let hasBody = framing.body != .none
        if !hasBody {
            // The parser's `end` needs no further byte, and nothing of the exchange does either.
            _ = parser?.parser.parse(UnsafeRawBufferPointer(start: nil, count: 0))
            flags.insert(.requestEnded)
        }
        self.flags = flags
        let exchange = server.makeExchange(head, for: connection, stream: self, hasBody: hasBody)
        self.exchange = exchange
        server.application.receive(exchange)
    }

    private func take(_ part: UnsafeRawBufferPointer) {
        guard let exchange else { return }
        if exchange.wantsBody { return exchange.bodyReceived(part) }
        discardable -= part.count
        if discardable < 0 {
            flags.insert(.requestBroken)
            connection.closeAfterOutput(linger: true)
        }
    }

    private func endRequest() {
        flags.insert(.requestEnded)
        exchange?.bodyEnded(nil)
        if exchange != nil, flags.contains(.responseEnded) { completeExchange() }
    }

    private func completeExchange() {
        exchange = nil
        guard flags.contains(.keepAlive) else {
            return connection.closeAfterOutput(linger: !pending.isEmpty || flags.contains(.isRunning))
        }
        if !flags.contains(.isRunning) { proceed() }
    }

    private func startHTTP2(_ rest: UnsafeRawBufferPointer) {
        releaseParser()
        connection.startHTTP2(received: rest)
    }

    // MARK: Phases

    /// Tells the connection what is waited for now, and lets go of what an idle connection needs not.
    private func settle() {
        guard connection.isWritable else { return }
        let phase: ConnectionPhase
        if let exchange {
            let awaitsBody =
                flags.isDisjoint(with: [.requestEnded, .requestBroken])
                && (exchange.wantsBody || flags.contains(.responseEnded))
            phase = awaitsBody ? .body : .application
            if flags.contains(.requestEnded) { releaseParser() }
        } else if parser?.parser.isInsideMessage == true {
            phase = .header
        } else {
            phase = .idle
            releaseParser()
        }
        // The time for a head or a body counts from its beginning.
        guard phase != connection.phase || flags.contains(.hasNewRequest) else { return }
        flags.remove(.hasNewRequest)
        connection.enter(phase)
    }

    private func releaseParser() {
        guard let parser else { return }
        self.parser = nil
        // One that has failed or stands within a request is of no use to another connection.
        if flags.contains(.isUsed), !parser.parser.isInsideMessage { server.giveBack(parser) }
    }

    func deadlinePassed(_ phase: ConnectionPhase) {
        switch phase {
        case .header:
            guard parser?.parser.isInsideMessage == true else { return connection.close() }
            refuse(.requestTimeout)
        case .body:
            guard let exchange, !flags.contains(.responseEnded) else { return connection.close() }
            flags.insert(.requestBroken)
            flags.remove(.keepAlive)
            connection.enter(.application)
            exchange.bodyEnded(.timedOut)
        case .handshake, .idle, .linger, .application:
            connection.closeAfterOutput(linger: false)
        }
    }

    func receivedEnd() {
        // With an exchange under way the client is taken to be gone: who only ends his direction cannot be told
        // from who has left, and long polls have to end.
        if exchange == nil { connection.closeAfterOutput(linger: false) } else { connection.close() }
    }

    var holdsOutput: Bool { false }

    /// Not while the request's body is still coming: its end with the peer's is no request, and has to be noticed.
    var isAnswering: Bool { exchange != nil && flags.contains(.requestEnded) }

    /// Everything is written when it comes up.
    func produce() {}

    func outputDrained() {
        exchange?.becameWritable()
    }

    func drain() {
        flags.insert(.isDraining)
        flags.remove(.keepAlive)
        if exchange == nil { connection.closeAfterOutput(linger: false) }
    }

    func connectionClosed() {
        releaseParser()
        pending = []
        let ended = exchange
        exchange = nil
        ended?.closed()
    }

    // MARK: Errors

    private func fail(_ error: HTTP1Error) {
        server.counters.malformed.add()
        guard let exchange else { return refuse(error.status) }
        // Within a body.
        flags.insert(.requestBroken)
        flags.remove(.keepAlive)
        if flags.contains(.responseEnded) { return connection.closeAfterOutput(linger: true) }
        if error == .bodyTooLarge { return exchange.bodyEnded(.tooLarge) }
        if exchange.hasResponded { return connection.reset() }
        self.exchange = nil
        exchange.closed()
        refuse(error.status)
    }

    /// Answers what never became an exchange, and closes.
    private func refuse(_ status: HTTPStatus) {
        flags.subtract([.keepAlive, .suppressesBody])
        writeWhole(.text("\(status)\n", status: status))
        connection.closeAfterOutput(linger: true)
    }

    // MARK: ExchangeStream

    func bodyWanted() {
        if flags.contains(.expectsContinue), pending.isEmpty, flags.isDisjoint(with: [.requestEnded, .requestBroken]) {
            connection.write { $0.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        }
        flags.remove(.expectsContinue)
        proceed()
    }

    func send(_ response: HTTPResponse) {
        decideKeepAlive()
        writeWhole(response)
        endResponse()
    }

    func begin(_ status: HTTPStatus, _ headers: HTTPHeaders) {
        decideKeepAlive()
        beginStreamed(status, headers)
    }

    func write(_ bytes: [UInt8]) -> Bool {
        writePart(bytes)
        let limits = server.configuration.limits
        if connection.pendingOutput > limits.writeBacklog {
            server.counters.timedOut.add()
            connection.reset()
            return false
        }
        return connection.pendingOutput < limits.writeHighWater
    }

    func finish() {
        if finishStreamed() {
            endResponse()
        } else {
            // Fewer bytes than promised: the client must not take the next answer for the rest.
            connection.reset()
        }
    }

    func abort() {
        exchange = nil
        connection.reset()
    }

    /// Whether the connection can go on is said in the response's head, before the request's body may have ended.
    private func decideKeepAlive() {
        guard !flags.contains(.requestEnded) else { return }
        // A client that was not told to go on may or may not send the body: what comes next cannot be known.
        if flags.contains(.expectsContinue) || flags.contains(.requestBroken) || discardable < 0 {
            flags.remove(.keepAlive)
        }
    }

    private func endResponse() {
        flags.insert(.responseEnded)
        if flags.contains(.requestEnded) {
            completeExchange()
        } else if flags.contains(.keepAlive) {
            proceed()
        } else {
            exchange = nil
            connection.closeAfterOutput(linger: true)
        }
    }
}
