import EventLoop
import Glibc
import LinuxShims

/// One keep-alive connection of a client to a server on 127.0.0.1. Confined to its loop.
///
/// States: connecting, (TLS handshake), open, closed. Requests go out as ready bytes, one at a time; what arrives is
/// read into the loop's one buffer and only what is incomplete is kept.
///
/// `@unchecked Sendable`: every use is on the loop.
final class ClientConnection: DescriptorHandler, @unchecked Sendable {
    private enum State {
        case connecting, handshaking, open, closed
    }

    /// One whole answer: its status and its body, which is valid during the call.
    var onAnswer: (Int, UnsafeRawBufferPointer) -> Void = { _, _ in }
    /// Whether a chunked body is given whole, with the answer.
    var gathersParts = false
    private var gathered: [UInt8] = []
    /// Part of a chunked body.
    var onPart: (UnsafeRawBufferPointer) -> Void = { _ in }
    /// The connection is of no more use. Not called after `close`.
    var onFailure: (String) -> Void = { _ in }

    private let scratch: UnsafeMutableRawBufferPointer
    private let loop: EventLoop
    private let socket: Int32
    private let tls: TLSClientSession?
    private var registration: Registration?
    private var state = State.connecting
    private var reader = ResponseReader()
    private var pending: [UInt8] = []
    private var output: [UInt8] = []

    /// Begins to connect; what is sent meanwhile goes out when that is done. On the loop.
    init(_ loop: EventLoop, port: UInt16, tls: TLSClient? = nil, scratch: ScratchBuffer) throws {
        self.loop = loop
        self.scratch = scratch.bytes
        socket = try LoopbackPort.connect(to: port)
        self.tls = try tls?.session(on: socket)
        registration = try loop.register(descriptor: socket, interest: [.read, .write], handler: self)
    }

    deinit {
        registration?.deregister()
        if state != .closed { Glibc.close(socket) }
    }

    /// Connected, and with TLS shaken hands, and everything sent.
    var isEstablished: Bool { state == .open && output.isEmpty }

    var isClosed: Bool { state == .closed }

    /// Sends a whole request.
    func send(_ request: [UInt8]) {
        guard state != .closed else { return onFailure("the connection is closed") }
        if state == .open, output.isEmpty {
            let written = request.withUnsafeBytes { write($0) }
            if written == request.count { return }
            guard written != -2 else { return fail("send: \(SystemCall.lastReason())") }
            output = Array(request[max(0, written)...])
            listen([.read, .write])
        } else {
            output += request
        }
    }

    /// Ends the connection. Without a reset, so that the server sees an ordinary end.
    func close() {
        guard state != .closed else { return }
        state = .closed
        registration?.deregister()
        registration = nil
        Glibc.close(socket)
    }

    func descriptorReady(_ readiness: Readiness) {
        switch state {
        case .connecting: connected(readiness)
        case .handshaking: handshake()
        case .open:
            if readiness.isWritable, !output.isEmpty { flush() }
            if readiness.isReadable, state == .open { receive() }
        case .closed: break
        }
    }

    private func connected(_ readiness: Readiness) {
        guard !readiness.isOver else { return fail("cannot connect") }
        guard readiness.isWritable else { return }
        guard tls == nil else {
            state = .handshaking
            return handshake()
        }
        opened()
    }

    private func handshake() {
        switch tls?.handshake() {
        case 1: opened()
        case -1: listen(.read)
        default: fail("the TLS handshake failed: \(tls?.lastFailure ?? "")")
        }
    }

    private func opened() {
        state = .open
        listen(.read)
        if !output.isEmpty { flush() }
    }

    private func flush() {
        let written = output.withUnsafeBytes { write($0) }
        guard written != -2 else { return fail("send: \(SystemCall.lastReason())") }
        output.removeFirst(max(0, written))
        if output.isEmpty { output = [] }
        listen(output.isEmpty ? .read : [.read, .write])
    }

    /// How many bytes; -1 when it would block, -2 when it failed.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let tls { return tls.write(bytes) }
        var part = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        let written = mado_send(socket, &part, 1)
        if written >= 0 { return written }
        return errno == EAGAIN ? -1 : -2
    }

    private func receive() {
        while state == .open {
            let count: Int
            if let tls {
                count = tls.read(into: scratch)
            } else if let base = scratch.baseAddress {
                let received = mado_receive(socket, base, scratch.count)
                count = received < 0 ? (errno == EAGAIN ? -1 : -2) : received
            } else {
                count = -2
            }
            if count == -1 { return }
            guard count != 0 else { return fail("the server closed the connection") }
            guard count > 0 else { return fail("receive: \(tls?.lastFailure ?? SystemCall.lastReason())") }
            take(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            // TLS may hold records that the socket no longer shows.
            if tls == nil, count < scratch.count { return }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        guard !pending.isEmpty else {
            let used = parse(bytes)
            if state == .open, used < bytes.count { pending = Array(bytes[used...]) }
            return
        }
        var all = pending
        pending = []
        all += bytes
        let used = all.withUnsafeBytes { parse($0) }
        guard state == .open, used < all.count else { return }
        all.removeFirst(used)
        pending = all
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) -> Int {
        var start = 0
        while state == .open, start < bytes.count {
            let (step, used) = reader.next(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            start += used
            switch step {
            case .needsMore: return start
            case .answer(let status, let body) where gathered.isEmpty: onAnswer(status, body)
            case .answer(let status, _):
                let whole = gathered
                gathered = []
                whole.withUnsafeBytes { onAnswer(status, $0) }
            case .part(let part): if gathersParts { gathered += part } else { onPart(part) }
            case .malformed:
                fail("the answer is not HTTP")
                return start
            }
        }
        return start
    }

    private func listen(_ interest: Interest) {
        // The kernel refuses only for want of memory; then nothing arrives and the run's deadline ends it.
        try? registration?.update(interest)
    }

    private func fail(_ reason: String) {
        guard state != .closed else { return }
        close()
        onFailure(reason)
    }
}

/// Room for what is read at once, shared by a loop's connections. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class ScratchBuffer: @unchecked Sendable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    deinit {
        bytes.deallocate()
    }
}
