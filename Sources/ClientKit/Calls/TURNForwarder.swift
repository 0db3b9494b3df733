import Glibc
import LinuxShims
import Synchronization

/// The way of a call's media where nothing but HTTPS passes: a TCP port of 127.0.0.1 whose bytes go through the account's
/// proxy, with TLS, to the relay on the server's port.
///
/// Each connection to the port opens one to the server. Only this user's processes get one, and no more than
/// `maximumConnections`. One forwarder a call; it ends with `stop`, or when nobody has it any more.
package final class TURNForwarder: Sendable {
    package enum Failure: Error, Equatable {
        /// The server names no relay over TCP.
        case noRelay
        /// `errno`.
        case cannotListen(Int32)
    }

    fileprivate struct State {
        var port: UInt16?
        var isStopped = false
        var connections: [Int: ForwardedConnection] = [:]
        var number = 0
        var problem: TransportError?
    }

    /// What the listening thread and the connections share; the forwarder itself may go.
    final class Core: Sendable {
        let transport: CurlTransport
        let url: String
        fileprivate let state = Mutex(State())
        /// Readable once it is stopped.
        let wake = mado_wake_create()

        init(transport: CurlTransport, url: String) {
            self.transport = transport
            self.url = url
        }

        deinit { close(wake) }

        func ended(_ number: Int, _ problem: TransportError?) {
            state.withLock { state in
                state.connections[number] = nil
                if !state.isStopped, let problem { state.problem = problem }
            }
        }

        func opened() { state.withLock { $0.problem = nil } }
    }

    /// A call takes a few, a conference two for each who is in it.
    private static let maximumConnections = 128

    private let server: TURNServer
    private let core: Core

    /// - Parameters:
    ///   - transport: the account's: the same routes, credentials and authorities.
    ///   - server: what `voip/turnServer` said.
    package init(transport: CurlTransport, server: TURNServer) {
        self.server = server
        core = Core(transport: transport, url: server.tunnelURL ?? "")
    }

    deinit { stop() }

    /// Opens the port, of 127.0.0.1. What becomes of the way to the server shows when somebody connects.
    /// - Throws: ``Failure``.
    package func start() throws(Failure) -> UInt16 {
        guard !core.url.isEmpty else { throw .noRelay }
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard listener >= 0 else { throw .cannotListen(errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let port = isBound && listen(listener, 16) == 0 ? mado_local_port(listener) : -1
        let core = core
        guard port > 0, OwnThread.start("mado-relay", { Self.serve(listener, UInt16(port), core) }) else {
            let reason = errno
            close(listener)
            throw .cannotListen(reason)
        }
        core.state.withLock { $0.port = UInt16(port) }
        return UInt16(port)
    }

    /// For webrtcbin's `turn-server` and `add-turn-server`; empty before `start`.
    /// - Parameter server: with the name and password, where others hold by now.
    package func localURI(for server: TURNServer? = nil) -> String {
        guard let port = core.state.withLock({ $0.port }) else { return "" }
        let server = server ?? self.server
        return "turn://\(QueryCoding.encode(server.username)):\(QueryCoding.encode(server.password))@127.0.0.1:\(port)"
            + "?transport=tcp"
    }

    /// Whether it leads where the server says now.
    func leads(to server: TURNServer) -> Bool { server.tunnelURL == core.url }

    /// What kept the last connection from being made, or cut it; nil while all is well.
    package var lastProblem: TransportError? { core.state.withLock { $0.problem } }

    /// Connections that are open or being opened.
    package var connectionCount: Int { core.state.withLock { $0.connections.count } }

    /// The way in words.
    package func way() async -> String {
        let place = core.url.split(separator: "/").last.map(String.init) ?? ""
        let isSecure = core.url.hasPrefix("https:")
        guard let proxy = await core.transport.proxy(for: core.url + "/") else {
            return isSecure ? "directly, through TLS, to \(place)" : "directly to \(place)"
        }
        return isSecure ? "through the proxy \(proxy) and TLS to \(place)" : "through the proxy \(proxy) to \(place)"
    }

    /// Ends all connections and closes the port.
    package func stop() {
        let ending = core.state.withLock { state in
            state.isStopped = true
            state.port = nil
            return Array(state.connections.values)
        }
        mado_wake(core.wake)
        for connection in ending { connection.cancel() }
    }

    // MARK: The listening thread

    private static func serve(_ listener: Int32, _ port: UInt16, _ core: Core) {
        defer { close(listener) }
        while true {
            var waited = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: core.wake, events: Int16(POLLIN), revents: 0),
            ]
            poll(&waited, 2, -1)
            guard !core.state.withLock({ $0.isStopped }) else { return }
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = mado_accept(listener, &address, &length)
            guard accepted >= 0 else { continue }
            guard LoopbackPeer.isOwn(address, of: port) else {
                close(accepted)
                continue
            }
            take(accepted, core)
        }
    }

    private static func take(_ descriptor: Int32, _ core: Core) {
        let connection = core.state.withLock { state -> ForwardedConnection? in
            guard !state.isStopped, state.connections.count < maximumConnections else { return nil }
            state.number += 1
            let connection = ForwardedConnection(descriptor, number: state.number, core: core)
            state.connections[state.number] = connection
            return connection
        }
        guard let connection else {
            close(descriptor)
            return
        }
        Task { await connection.open() }
    }
}
