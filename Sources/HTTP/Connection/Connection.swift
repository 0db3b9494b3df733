import EventLoop
import Glibc
import LinuxShims

/// An accepted socket: TLS if any, buffers, deadlines, closing. What is said over it is `speaker`'s business.
///
/// States: handshake (TLS only) → open → closing (what is queued is still sent) → lingering (our end is sent, the
/// peer's awaited) → closed. Writing is queued, and sent when the event or the turn ends: one call to the kernel for
/// all that was produced. One timer serves the deadline of the phase and that of output.
///
/// Confined to its loop, which holds it by the registration until it is closed.
final class Connection: DescriptorHandler, TurnEndHandler {
    private enum State: UInt8 {
        case handshake, open, closing, lingering, closed
    }

    /// After so much from one connection the others have their turn.
    private static let readSlice = 262_144

    let server: ServerLoop
    let peer: PeerAddress
    private let descriptor: Int32
    private var registration: Registration?
    private var tls: TLSSession?
    private var speaker: (any ConnectionProtocol)?
    private var output = OutputQueue()
    private var timer: LoopTimer?

    /// The place in the loop's list.
    var index = -1
    /// Whether the peer is a trusted proxy: it speaks for others, and has no limit on its connections.
    let isFromProxy: Bool
    let isSecure: Bool
    private var state = State.open
    /// The peer ended its direction; what it sent before may still be unread.
    private var hasPeerEnded = false
    private var isWriteBlocked = false
    private var isInEvent = false
    private var isTurnEndAsked = false
    private var shouldRead = false
    private var lingersAtClose = false
    private var isAboveLowWater = false
    /// HTTP/2, whose output is asked for.
    private var isPulled = false
    /// Nothing was received yet: the first byte says what is spoken.
    private var isFresh = true

    private(set) var phase = ConnectionPhase.header
    private var phaseDeadline = MonotonicTime.distantFuture
    private var writeDeadline = MonotonicTime.distantFuture
    /// Bytes in the current window of the body, and of output.
    private var received = 0
    private var sent = 0

    /// - Parameter tls: nil for plain.
    init(server: ServerLoop, descriptor: Int32, peer: PeerAddress, isFromProxy: Bool, tls: TLSContext?) {
        self.server = server
        self.descriptor = descriptor
        self.peer = peer
        self.isFromProxy = isFromProxy
        isSecure = tls != nil
        if let tls {
            self.tls = TLSSession(tls, descriptor: descriptor)
            state = .handshake
        }
    }

    /// Closes a socket that gets no connection.
    static func refuse(_ descriptor: Int32) {
        mado_reset_on_close(descriptor)
        _ = Glibc.close(descriptor)
    }

    /// Registers with the loop and begins.
    func start() {
        guard (tls != nil) == isSecure,
            let registered = try? server.loop.register(
                descriptor: descriptor, interest: [.read, .write, .readEnd, .edgeTriggered], handler: self)
        else { return close() }
        registration = registered
        timer = server.loop.timer { [unowned self] in deadlineReached() }
        if state == .handshake {
            enter(.handshake)
        } else {
            speak(HTTP1Connection(self))
            enter(.header)
        }
    }

    /// Goes on with HTTP/2.
    /// - Parameter received: what came behind the first line of the preface, which HTTP/1.1 took; nil if nothing came.
    func startHTTP2(received: UnsafeRawBufferPointer?) {
        let http2 = HTTP2Connection(self)
        guard http2.wantsInput else { return close() }
        speak(http2)
        isPulled = true
        enter(.header)
        guard let received else { return }
        let preface = HTTP1Parser.http2PrefaceLine
        http2.received(UnsafeRawBufferPointer(start: preface.utf8Start, count: preface.utf8CodeUnitCount))
        if !received.isEmpty, !isClosed { http2.received(received) }
    }

    /// The first byte of a connection that did not choose HTTP/2 (ALPN).
    private func told(by byte: UInt8) {
        isFresh = false
        if server.configuration.sharedPort?.begins(with: byte) == true { startShared() }
    }

    /// Goes on with what shares the port with HTTP.
    private func startShared() {
        isFresh = false
        guard let shared = server.configuration.sharedPort else { return close() }
        let connection = SharedPortConnection(self)
        guard let accepted = shared.accept(connection) else { return close() }
        connection.speaker = accepted
        speak(connection)
        enter(.application)
    }

    /// Changes the protocol; the old one gets no more calls.
    private func speak(_ speaker: any ConnectionProtocol) {
        self.speaker = speaker
    }

    var isClosed: Bool { state == .closed }
    /// Whether what is written still has a chance to be sent.
    var isWritable: Bool { state == .open }
    var pendingOutput: Int { output.count }

    // MARK: Events

    func descriptorReady(_ readiness: Readiness) {
        isInEvent = true
        if readiness.isWritable { isWriteBlocked = false }
        if readiness.contains(.readEnd) { hasPeerEnded = true }
        if state == .handshake { shakeHands() }
        if readiness.isReadable { read() }
        if readiness.isOver, state != .closed, !wantsInput {
            // Nobody is going to find out by reading.
            close()
        }
        isInEvent = false
        flush()
    }

    func turnEnded() {
        isTurnEndAsked = false
        if shouldRead {
            isInEvent = true
            read()
            isInEvent = false
        }
        flush()
    }

    private func askForTurnEnd() {
        guard !isTurnEndAsked else { return }
        isTurnEndAsked = true
        server.loop.atTurnEnd(self)
    }

    private func shakeHands() {
        guard let result = tls?.handshake() else { return }
        switch result {
        case .wouldBlock(let isFurther):
            // The time that we took, when very many came at once, is not the peer's.
            if isFurther { enter(.handshake) }
        case .failed:
            server.counters.failedHandshakes.add()
            close()
        case .done:
            server.counters.handshakes.add()
            if tls?.isResumed == true { server.counters.resumedHandshakes.add() }
            state = .open
            enter(.header)
            if tls?.isHTTP2 == true {
                isFresh = false
                startHTTP2(received: nil)
            } else if tls?.isOther == true {
                startShared()
            } else {
                speak(HTTP1Connection(self))
            }
            // A request may have come with the last message of the handshake, into OpenSSL's buffer, while the event told of
            // writing only: the socket, which is empty, tells of it no more.
            resumeReading()
        }
    }

    // MARK: Reading

    private var wantsInput: Bool {
        switch state {
        case .open: speaker?.wantsInput ?? false
        case .lingering: true
        case .handshake, .closing, .closed: false
        }
    }

    /// Reads again at the turn's end, after `wantsInput` had been false: the socket does not tell twice.
    func resumeReading() {
        shouldRead = true
        askForTurnEnd()
    }

    private func read() {
        shouldRead = false
        var total = 0
        while wantsInput {
            guard total < Connection.readSlice else { return resumeReading() }
            let buffer = server.readBuffer
            switch receive(buffer) {
            case .bytes(let count):
                total += count
                server.counters.bytesReceived.add(count)
                guard state != .lingering else { break }
                received += count
                if isFresh { told(by: buffer[0]) }
                speaker?.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                // A short read has emptied the socket; what comes later is a new event. An end that came with the bytes
                // does not: it is read now, or once what was asked for before it is answered.
                if hasPeerEnded, speaker?.isAnswering != true { continue }
                if isSecure ? tls?.isEmptied != false : count < buffer.count { return }
            case .wouldBlock:
                return
            case .end:
                if state == .lingering { close() } else { speaker?.receivedEnd() }
                return
            case .failed:
                close()
            }
        }
    }

    private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> TransferResult {
        if let result = tls?.read(into: buffer) { return result }
        while true {
            let count = mado_receive(descriptor, buffer.baseAddress!, buffer.count)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed
            }
        }
    }

    // MARK: Writing

    /// Appends to what is sent at the end of the event or turn.
    @inline(__always)
    func write(_ body: (inout [UInt8]) -> Void) {
        guard state == .open else { return }
        output.append(from: server.buffers, body)
        outputAdded()
    }

    /// As above; a large array is not copied.
    func write(_ bytes: [UInt8]) {
        guard state == .open else { return }
        output.append(bytes, from: server.buffers)
        outputAdded()
    }

    /// Something is to be sent at the end of the event or turn.
    func outputAdded() {
        if output.count > server.lowWater { isAboveLowWater = true }
        if !isInEvent { askForTurnEnd() }
    }

    private func flush() {
        produce()
        var failed = false
        while !output.isEmpty, !isWriteBlocked, !failed, state == .open || state == .closing {
            switch transmit() {
            case .bytes(let count):
                if !isPulled { sent += count }
                server.counters.bytesSent.add(count)
                output.sent(count, to: server.buffers)
                if output.isEmpty { produce() }
            case .wouldBlock: isWriteBlocked = true
            case .end, .failed: failed = true
            }
        }
        if failed { return close() }
        watchProgress()
        finishClosing()
        if isAboveLowWater, output.count <= server.lowWater, state == .open {
            isAboveLowWater = false
            speaker?.outputDrained()
        }
    }

    private func produce() {
        guard isPulled, state == .open else { return }
        isInEvent = true
        speaker?.produce()
        isInEvent = false
    }

    /// Begins or ends the time in which some output has to go.
    private func watchProgress() {
        guard state == .open || state == .closing else { return }
        if output.isEmpty, !isPulled || speaker?.holdsOutput != true {
            writeDeadline = .distantFuture
        } else if writeDeadline == .distantFuture {
            sent = 0
            writeDeadline = server.loop.turnTime.advanced(byNanoseconds: server.waits.write)
            speaker?.watchOutput()
            setTimer()
        }
    }

    /// That many bytes of a body have gone to where the peer will find them: what counts as progress with HTTP/2.
    func reportProgress(_ count: Int) {
        sent += count
    }

    private func transmit() -> TransferResult {
        if isSecure {
            return output.withFirstPart { part in tls?.write(part) ?? .failed }
        }
        while true {
            let count =
                output.isOnePiece
                ? output.withFirstPart { mado_send_one(descriptor, $0.baseAddress!, $0.count) }
                : output.withParts { mado_send(descriptor, $0.baseAddress!, Int32($0.count)) }
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed
            }
        }
    }

    // MARK: Closing

    /// Sends what is queued, then closes.
    /// - Parameter linger: whether the peer may still be sending: our reset would then destroy the answer on its way.
    func closeAfterOutput(linger: Bool) {
        guard state == .open else { return }
        state = .closing
        lingersAtClose = linger
        enter(.application)
        if !isInEvent { askForTurnEnd() }
    }

    private func finishClosing() {
        guard state == .closing, output.isEmpty else { return }
        tls?.sendClose()
        guard lingersAtClose, mado_shutdown_write(descriptor) == 0 else { return close() }
        state = .lingering
        enter(.linger)
        resumeReading()
    }

    /// Closes now and forgets what is queued.
    func close() {
        guard state != .closed else { return }
        state = .closed
        registration?.deregister()
        registration = nil
        tls = nil
        _ = Glibc.close(descriptor)
        timer?.cancel()
        timer = nil
        output.removeAll(to: server.buffers)
        server.remove(self)
        let ended = speaker
        speaker = nil
        ended?.connectionClosed()
    }

    /// Closes so that the peer is told at once and the kernel keeps nothing for it.
    func reset() {
        guard state != .closed else { return }
        mado_reset_on_close(descriptor)
        close()
    }

    /// Ends the connection when what is under way is finished.
    func drain() {
        switch state {
        case .open: speaker?.drain()
        case .handshake: close()
        case .closing, .lingering, .closed: break
        }
    }

    // MARK: Deadlines

    /// Begins to wait for something else.
    func enter(_ phase: ConnectionPhase) {
        self.phase = phase
        received = 0
        if hasPeerEnded, phase == .idle || phase == .header { resumeReading() }
        let waits = server.waits
        let limit: UInt64
        switch phase {
        case .handshake: limit = waits.handshake
        case .header: limit = waits.header
        case .body: limit = waits.body
        case .idle: limit = waits.idle
        case .linger: limit = waits.linger
        case .application:
            phaseDeadline = .distantFuture
            return
        }
        phaseDeadline = server.loop.turnTime.advanced(byNanoseconds: limit)
        setTimer()
    }

    private func setTimer() {
        let next = min(phaseDeadline, writeDeadline)
        // A timer that comes too early finds out and sets itself again.
        guard let timer, next < timer.deadline else { return }
        timer.move(to: next)
    }

    private func deadlineReached() {
        let now = server.loop.turnTime
        isInEvent = true
        if writeDeadline <= now { writeWindowEnded(now) }
        if phaseDeadline <= now, state != .closed { phaseEnded(now) }
        isInEvent = false
        flush()
        timer?.move(to: min(phaseDeadline, writeDeadline))
    }

    private func writeWindowEnded(_ now: MonotonicTime) {
        let hasProgress = sent >= server.waits.minimumProgress
        let goesOn = (hasProgress || output.isEmpty) && speaker?.endStuckOutput() == true
        guard hasProgress || goesOn else {
            server.counters.timedOut.add()
            return reset()
        }
        sent = 0
        writeDeadline = now.advanced(byNanoseconds: server.waits.write)
        speaker?.watchOutput()
    }

    private func phaseEnded(_ now: MonotonicTime) {
        if phase == .body, received >= server.waits.minimumProgress {
            received = 0
            phaseDeadline = now.advanced(byNanoseconds: server.waits.body)
            return
        }
        phaseDeadline = .distantFuture
        if phase != .idle, phase != .linger { server.counters.timedOut.add() }
        if state == .open { speaker?.deadlinePassed(phase) } else { close() }
    }
}
