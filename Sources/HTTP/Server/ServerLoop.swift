import EventLoop
import Synchronization

/// What one loop of a server has: its listeners, its connections, and what these share so that none needs its own.
///
/// `@unchecked Sendable`: confined to `loop`, except `counters`, which are atomic.
final class ServerLoop: @unchecked Sendable {
    private static let readBufferSize = 65_536
    private static let mostParsers = 64

    let loop: EventLoop
    let configuration: HTTPServerConfiguration
    let application: any HTTPApplication
    let counters = HTTPCounters()
    private let addresses: AddressCounts
    /// Connections of all loops.
    private let total: ConnectionTotal

    /// Lent to the connection that is reading just now.
    let readBuffer: UnsafeMutableRawBufferPointer
    let buffers = BufferPool()
    var date = DateField()
    private(set) lazy var http2 = HTTP2Engine(configuration.limits)
    let lowWater: Int
    let waits: ConnectionWaits
    private let compression: ResponseCompression
    /// The one that goes from request to request when each comes whole.
    private var spareParser: HTTP1ParserBox?
    private var parsers: [HTTP1ParserBox] = []
    private var listeners: [Listener] = []
    private var connections: [Connection] = []
    private var whenEmpty: [() -> Void] = []
    private var lastRequest: UInt64
    private var isDraining = false

    init(
        loop: EventLoop, configuration: HTTPServerConfiguration, application: any HTTPApplication,
        addresses: AddressCounts, total: ConnectionTotal
    ) {
        self.loop = loop
        self.configuration = configuration
        self.application = application
        self.addresses = addresses
        self.total = total
        waits = ConnectionWaits(configuration.deadlines)
        compression = ResponseCompression(threshold: configuration.limits.compressionThreshold)
        lowWater = configuration.limits.writeHighWater / 4
        readBuffer = .allocate(byteCount: ServerLoop.readBufferSize, alignment: 16)
        lastRequest = UInt64(loop.index) << 48
    }

    deinit {
        readBuffer.deallocate()
    }

    // MARK: Connections

    func listen(_ descriptor: Int32, _ tls: TLSContext.Holder?) {
        let listener = Listener(server: self, descriptor: descriptor, tls: tls)
        listeners.append(listener)
        listener.start()
    }

    /// Takes over an accepted socket, or closes it if there are too many.
    func accept(_ descriptor: Int32, _ peer: PeerAddress, _ tls: TLSContext.Holder?) {
        counters.accepted.add()
        let isFromProxy = configuration.trustedProxies.contains(peer)
        guard enter(peer, isFromProxy: isFromProxy) else {
            counters.refused.add()
            return Connection.refuse(descriptor)
        }
        counters.open.add()
        let connection = Connection(
            server: self, descriptor: descriptor, peer: peer, isFromProxy: isFromProxy, tls: tls?.current)
        connection.index = connections.count
        connections.append(connection)
        connection.start()
    }

    /// Counts one more connection if there may be one.
    private func enter(_ peer: PeerAddress, isFromProxy: Bool) -> Bool {
        guard total.enter() else { return false }
        guard !isFromProxy, !addresses.enter(peer) else { return true }
        total.leave()
        return false
    }

    func remove(_ connection: Connection) {
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        connection.index = -1
        counters.open.add(-1)
        total.leave()
        if !connection.isFromProxy { addresses.leave(connection.peer) }
        if connections.isEmpty { tellEmpty() }
    }

    /// Accepts no more, has every connection finish what is under way, and calls `done` when none is left.
    func drain(_ done: @escaping () -> Void) {
        isDraining = true
        for listener in listeners { listener.close() }
        listeners = []
        whenEmpty.append(done)
        for connection in connections { connection.drain() }
        if connections.isEmpty { tellEmpty() }
    }

    /// Closes what is left.
    func closeAll() {
        for connection in connections { connection.close() }
    }

    private func tellEmpty() {
        let waiting = whenEmpty
        whenEmpty = []
        for done in waiting { done() }
    }

    // MARK: Requests

    func makeExchange(
        _ received: consuming HTTPRequestHead, for connection: Connection, stream: any ExchangeStream, hasBody: Bool
    ) -> HTTPExchange {
        var head = consume received
        head.remoteAddress = connection.peer
        head.isSecure = connection.isSecure
        if connection.isFromProxy {
            let origin = configuration.trustedProxies.origin(
                peer: connection.peer, isSecure: connection.isSecure, headers: head.headers)
            head.remoteAddress = origin.address
            head.isSecure = origin.isSecure
        }
        counters.requests.add()
        lastRequest += 1
        return HTTPExchange(
            head: head, loop: loop, id: lastRequest, stream: stream, hasBody: hasBody,
            compression: compression)
    }

    /// A parser for a request, clean. It says nothing of the peer: `makeExchange` does.
    /// - Parameter isFirst: for the first request of a connection, which may turn out to be something else than HTTP/1.
    func takeParser(isFirst: Bool) -> HTTP1ParserBox {
        if !isFirst, let used = spareParser ?? parsers.popLast() {
            spareParser = nil
            return used
        }
        return HTTP1ParserBox(HTTP1Parser(limits: configuration.limits.http1))
    }

    /// Takes back a parser that is between two requests; not any more one that has seen none.
    func giveBack(_ box: HTTP1ParserBox) {
        box.parser.forgetEmptyLine()
        if spareParser == nil {
            spareParser = box
        } else if parsers.count < ServerLoop.mostParsers {
            parsers.append(box)
        }
    }
}

/// The number of connections of a server. Any thread.
final class ConnectionTotal: Sendable {
    private let count = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func enter() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue > limit else { return true }
        leave()
        return false
    }

    func leave() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}
