import CNghttp2
import EventLoop

/// HTTP/2 over a connection (RFC 9113): nghttp2 for frames, HPACK and flow control; here the streams, the limits, and
/// when to write.
///
/// nghttp2 must not be asked to send while it is receiving or sending: `isInSession` says that it is on the stack, and
/// what came up meanwhile is produced when the connection flushes. Nor may the session be freed then: it is freed with
/// this object, which whoever is on the stack holds.
///
/// Confined to the loop.
final class HTTP2Connection: ConnectionProtocol {
    /// Lets go of this when it closes. Held, because whoever is in the middle of something here may have closed it.
    let connection: Connection
    let server: ServerLoop
    private var session: OpaquePointer?
    private var streams: [Int32: HTTP2Stream] = [:]
    private var floods = HTTP2Floods()
    private var isInSession = false
    private var isClosed = false
    private var isDraining = false
    /// The client's SETTINGS have come.
    private var isEstablished = false
    /// The stream whose HEADERS frame has begun and not ended, CONTINUATIONs included. A head that nghttp2 refuses ends
    /// with its stream.
    private var openHead: Int32?
    private var writable: [HTTP2Stream] = []

    init(_ connection: Connection) {
        self.connection = connection
        server = connection.server
        session = server.http2.makeOwnedSession(for: self)
    }

    deinit {
        nghttp2_session_del(session)
    }

    // MARK: Input

    var wantsInput: Bool { session != nil }

    func received(_ bytes: UnsafeRawBufferPointer) {
        let result = inSession {
            nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
        guard !isClosed else { return }
        if result < 0 {
            // What nghttp2 finds wrong with the bytes it answers by itself; this is a flood, or no HTTP/2 at all.
            if result == Int(NGHTTP2_ERR_FLOODED.rawValue) { server.counters.floods.add() }
            server.counters.malformed.add()
            return connection.close()
        }
        settle()
    }

    func receivedEnd() {
        connection.close()
    }

    private func inSession<Result>(_ body: () -> Result) -> Result {
        isInSession = true
        defer { isInSession = false }
        return body()
    }

    // MARK: Called by nghttp2 while it receives

    /// What a callback returns: once the connection is closed, the rest of what was received is not looked at.
    var verdict: Int32 { isClosed ? NGHTTP2_ERR_CALLBACK_FAILURE.rawValue : 0 }

    /// nghttp2 says no more of some frames, as of priorities, which are switched off.
    func beganFrame(_ header: nghttp2_frame_hd) {
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS, NGHTTP2_CONTINUATION, NGHTTP2_RST_STREAM, NGHTTP2_WINDOW_UPDATE: break
        case NGHTTP2_DATA:
            if header.length == 0, !header.endsStream { countControl() }
        default: countControl()
        }
    }

    func beginRequest(_ id: Int32) {
        openHead = id
        streams[id] = HTTP2Stream(self, id: id)
    }

    func takeField(_ id: Int32, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        streams[id]?.builder?.take(name: name, value: value, server.configuration.limits.http1)
    }

    func receivedFrame(_ frame: nghttp2_frame) {
        let header = frame.hd
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS:
            openHead = nil
            if frame.headers.cat == NGHTTP2_HCAT_REQUEST { return dispatch(header) }
            if header.endsStream { streams[header.stream_id]?.requestEnded() }
        case NGHTTP2_DATA:
            if header.endsStream {
                streams[header.stream_id]?.requestEnded()
            } else if header.length == 0 {
                countControl()
            }
        case NGHTTP2_RST_STREAM:
            countReset()
        case NGHTTP2_SETTINGS:
            isEstablished = true
        default:
            break
        }
    }

    private func dispatch(_ header: nghttp2_frame_hd) {
        guard let stream = streams[header.stream_id], let builder = stream.builder else { return }
        stream.builder = nil
        do throws(HTTP1Error) {
            let head = try builder.head(
                server.configuration.limits.http1, peer: connection.peer, isSecure: connection.isSecure)
            let exchange = server.makeExchange(head, for: connection, stream: stream, hasBody: !header.endsStream)
            stream.began(exchange)
            server.application.receive(exchange)
        } catch {
            server.counters.malformed.add()
            if header.endsStream { stream.requestEnded() }
            stream.send(.text("\(error.status)\n", status: error.status))
        }
    }

    func receivedBody(_ id: Int32, _ part: UnsafeRawBufferPointer) {
        guard let stream = streams[id] else {
            nghttp2_session_consume_connection(session, part.count)
            return
        }
        stream.received(part)
    }

    func streamClosed(_ id: Int32) {
        if openHead == id { openHead = nil }
        guard let stream = streams.removeValue(forKey: id) else { return }
        stream.closed()
    }

    private func countReset() {
        if !floods.countReset(server.configuration.limits.http2, at: server.loop.turnTime) { endForFlood() }
    }

    private func countControl() {
        if !floods.countControlFrame(server.configuration.limits.http2, at: server.loop.turnTime) { endForFlood() }
    }

    private func endForFlood() {
        guard !isClosed else { return }
        server.counters.floods.add()
        connection.reset()
    }

    // MARK: Called by nghttp2 while it sends

    func availableBody(_ id: Int32, _ most: Int, _ flags: inout UInt32) -> Int {
        guard let stream = streams[id] else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
        return stream.available(most, &flags)
    }

    /// Puts a DATA frame on its way. Returns false if there is too much on its way already.
    func sendBody(_ id: Int32, header: UnsafeRawBufferPointer, count: Int) -> Bool {
        guard connection.pendingOutput < server.configuration.limits.writeHighWater else { return false }
        guard let stream = streams[id] else { return true }
        connection.write { output in
            output.append(contentsOf: header)
            stream.moveOutput(count, to: &output)
        }
        connection.reportProgress(count)
        if stream.takeWritable() { writable.append(stream) }
        return true
    }

    func sentFrame(_ header: nghttp2_frame_hd, isReset: Bool) {
        if isReset { return countReset() }
        // An answer before the request's end: the rest need not come (RFC 9113 section 8.1).
        let type = nghttp2_frame_type(rawValue: UInt32(header.type))
        guard type == NGHTTP2_DATA || type == NGHTTP2_HEADERS, header.endsStream,
            let stream = streams[header.stream_id], !stream.hasRequestEnded
        else { return }
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, NGHTTP2_NO_ERROR.rawValue)
    }

    // MARK: Output

    /// Without the peer's window updates and acknowledgements nothing can go on.
    var isAnswering: Bool { false }

    var holdsOutput: Bool { streams.values.contains { $0.holdsOutput } }

    func watchOutput() {
        for stream in streams.values { stream.watchOutput() }
    }

    /// Streams whose readers keep their windows shut, as long as there are others: alone they are the connection.
    func endStuckOutput() -> Bool {
        guard !isClosed else { return false }
        let least = server.waits.minimumProgress
        let stuck = streams.values.filter {
            $0.isStuck(below: least) && nghttp2_session_get_stream_remote_window_size(session, $0.id) <= 0
        }
        guard !stuck.isEmpty else { return nghttp2_session_get_remote_window_size(session) > 0 }
        guard stuck.count < streams.count else { return false }
        for stream in stuck {
            server.counters.timedOut.add()
            reset(stream, NGHTTP2_CANCEL)
        }
        return true
    }

    func produce() {
        guard !isInSession, !isClosed, let session else { return }
        let highWater = server.configuration.limits.writeHighWater
        while connection.pendingOutput < highWater, !isClosed {
            var bytes: UnsafePointer<UInt8>?
            let count = inSession { nghttp2_session_mem_send(session, &bytes) }
            guard count > 0 else {
                if count < 0 { connection.close() }
                break
            }
            connection.write { $0.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count)) }
        }
        tellWritable()
        endIfDone()
        settle()
    }

    private func tellWritable() {
        while !isClosed, let stream = writable.popLast() { stream.exchange?.becameWritable() }
        writable = []
    }

    private func endIfDone() {
        guard !isClosed else { return }
        let isOver = nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
        if isOver || (isDraining && streams.isEmpty && nghttp2_session_want_write(session) == 0) {
            connection.closeAfterOutput(linger: true)
        }
    }

    func outputDrained() {}

    // MARK: For the streams

    func submit(_ stream: HTTP2Stream, _ status: HTTPStatus, _ headers: HTTPHeaders, length: Int?, hasBody: Bool) {
        guard !isClosed else { return }
        let fields = HTTP2Fields(status, headers, length: length, date: server.date.value) ?? .internalError
        let isFaithful = fields.status == status
        let source = server.http2.bodyProvider
        fields.withUnsafeFields { fields in
            let source = hasBody && isFaithful ? UnsafePointer(source) : nil
            _ = nghttp2_submit_response(session, stream.id, fields.baseAddress, fields.count, source)
        }
        connection.outputAdded()
    }

    func submitContinue(_ stream: HTTP2Stream) {
        guard !isClosed else { return }
        HTTP2Fields.continue.withUnsafeFields { fields in
            _ = nghttp2_submit_headers(
                session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, fields.baseAddress, fields.count, nil)
        }
        connection.outputAdded()
    }

    func resume(_ stream: HTTP2Stream) {
        guard !isClosed else { return }
        nghttp2_session_resume_data(session, stream.id)
        connection.outputAdded()
    }

    func reset(_ stream: HTTP2Stream, _ reason: nghttp2_error_code) {
        guard !isClosed else { return }
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, reason.rawValue)
        connection.outputAdded()
    }

    /// Bytes of a request have been taken: as many more may come.
    func consumed(_ count: Int, of stream: HTTP2Stream) {
        guard !isClosed else { return }
        nghttp2_session_consume(session, stream.id, count)
        connection.outputAdded()
    }

    /// Bytes of a request whose stream is over will not be taken: as many more may come on the connection.
    func dropped(_ count: Int) {
        guard !isClosed else { return }
        nghttp2_session_consume_connection(session, count)
        connection.outputAdded()
    }

    // MARK: Phases

    /// Tells the connection what is waited for now.
    func settle() {
        guard !isClosed, connection.isWritable else { return }
        let phase: ConnectionPhase
        if !isEstablished || openHead != nil {
            phase = .header
        } else if streams.isEmpty {
            phase = .idle
        } else {
            phase = streams.values.contains { $0.awaitsBody } ? .body : .application
        }
        if phase != connection.phase { connection.enter(phase) }
    }

    func deadlinePassed(_ phase: ConnectionPhase) {
        switch phase {
        case .body:
            for stream in streams.values where stream.awaitsBody { stream.timedOut() }
            settle()
        case .idle:
            drain()
        case .handshake, .header, .linger, .application:
            connection.close()
        }
    }

    func drain() {
        guard !isDraining, !isClosed else { return }
        isDraining = true
        nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            NGHTTP2_NO_ERROR.rawValue, nil, 0)
        connection.outputAdded()
    }

    func connectionClosed() {
        isClosed = true
        writable = []
        let ended = streams
        streams = [:]
        for stream in ended.values { stream.closed() }
    }
}

extension nghttp2_frame_hd {
    fileprivate var endsStream: Bool { UInt32(flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0 }
}
