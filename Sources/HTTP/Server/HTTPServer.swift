package import EventLoop
import Glibc
import LinuxShims
import Synchronization

/// An HTTP/1.1 and HTTP/2 server on the loops of a group. Any thread.
///
/// `init` → `start` → `shutdown`, each once.
package final class HTTPServer: Sendable {
    private let group: EventLoopGroup
    private let configuration: HTTPServerConfiguration
    private let loops: [ServerLoop]
    private let contexts: Mutex<[TLSContext.Holder]>

    package init(configuration: HTTPServerConfiguration, group: EventLoopGroup, application: any HTTPApplication) {
        self.group = group
        self.configuration = configuration
        let addresses = AddressCounts(limit: configuration.limits.connectionsPerAddress)
        let total = ConnectionTotal(limit: configuration.limits.connections)
        loops = group.loops.map {
            ServerLoop(
                loop: $0, configuration: configuration, application: application, addresses: addresses, total: total)
        }
        contexts = Mutex([])
    }

    /// Opens all listeners and serves.
    /// - Returns: the ports listened on, in the order of the configuration's listeners; 0 for paths.
    /// - Throws: `HTTPServerError`; nothing is open then.
    @discardableResult
    package func start() throws(HTTPServerError) -> [UInt16] {
        var opened: [(sockets: [Int32], context: TLSContext.Holder?)] = []
        var ports: [UInt16] = []
        do {
            for listener in configuration.listeners {
                let context = try listener.tls.map { (tls) throws(HTTPServerError) in
                    try TLSContext.Holder(tls, alsoSpeaks: configuration.sharedPort?.negotiatedName)
                }
                let (sockets, port) = try HTTPServer.open(listener, count: loops.count)
                opened.append((sockets, context))
                ports.append(port)
            }
        } catch {
            for socket in opened.flatMap(\.sockets) { close(socket) }
            throw error
        }
        contexts.withLock { $0 = opened.compactMap(\.context) }
        for (sockets, context) in opened {
            for (socket, serverLoop) in zip(sockets, loops) {
                serverLoop.loop.execute { serverLoop.listen(socket, context) }
            }
        }
        return ports
    }

    /// Reads the certificates again, for connections to come; those that are open keep theirs.
    /// - Throws: `HTTPServerError.certificate`; what was stays for the listener that failed and those behind it.
    package func reloadCertificates() throws(HTTPServerError) {
        for context in contexts.withLock({ $0 }) { try context.reload() }
    }

    /// Accepts no more and waits for what is under way; closes what is not finished after `grace`.
    package func shutdown(grace: Duration) async {
        await withTaskGroup(of: Void.self) { tasks in
            for serverLoop in loops {
                tasks.addTask { await HTTPServer.drain(serverLoop, grace) }
            }
        }
    }

    package var statistics: HTTPStatistics {
        loops.reduce(into: HTTPStatistics()) { sum, loop in loop.counters.add(to: &sum) }
    }

    private static func drain(_ serverLoop: ServerLoop, _ grace: Duration) async {
        await withUnsafeContinuation { continuation in
            serverLoop.loop.execute {
                let timer = serverLoop.loop.schedule(after: grace) { serverLoop.closeAll() }
                serverLoop.drain {
                    timer.cancel()
                    continuation.resume()
                }
            }
        }
    }

    /// One socket for each loop, all on one port; a single one for a path, which loops cannot share.
    private static func open(
        _ listener: HTTPListener, count: Int
    ) throws(HTTPServerError) -> (sockets: [Int32], port: UInt16) {
        switch listener.place {
        case .address(let address, let port): return try open(address, port, count: count)
        case .socket(let path):
            let socket = mado_listen_at_path(path, 128)
            guard socket >= 0 else { throw .cannotListen(on: path, errno: errno) }
            return ([socket], 0)
        }
    }

    private static func open(
        _ address: PeerAddress, _ wantedPort: UInt16, count: Int
    ) throws(HTTPServerError) -> (sockets: [Int32], port: UInt16) {
        var port = wantedPort
        var sockets: [Int32] = []
        for _ in 0..<count {
            let socket = address.withSocketAddress(port: port) { mado_listen($0, $1, 1_024) }
            guard socket >= 0 else {
                let reason = errno
                for socket in sockets { close(socket) }
                throw .cannotListen(on: "\(address) port \(port)", errno: reason)
            }
            sockets.append(socket)
            if port == 0 { port = UInt16(truncatingIfNeeded: mado_local_port(socket)) }
        }
        return (sockets, port)
    }
}

extension PeerAddress {
    /// Calls `body` with the address and port as the kernel takes them.
    func withSocketAddress<Result>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if isIPv4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
