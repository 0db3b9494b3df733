import Dispatch
import Glibc
import LinuxShims
import Synchronization

/// A server on the loopback interface through which a player gets what it plays: it forwards requests to the addresses
/// that were given to it, and to no others, through the account's own transport, with its proxy, its authorities and,
/// for the member's own server, its token. Players know nothing of these.
///
/// Nobody else can use it: it listens on 127.0.0.1 at a random port, and every path begins with 128 random bits. It
/// ends with its last reference, or with the program.
package final class MediaGateway: Sendable {
    /// Any port that is free.
    package let port: Int
    private let secret: String
    private let listener: Int32
    /// Activated once and cancelled once.
    private nonisolated(unsafe) let accepting: any DispatchSourceRead
    private let directory: GatewayDirectory
    private let open = OpenConnections()

    /// Players open a few connections; more is somebody who tries something.
    private static let limit = 32

    /// - Parameters:
    ///   - baseURL: the member's own server, the only one that is shown the token.
    ///   - headers: what requests to that server have.
    /// - Throws: ``TransportError`` when no port can be opened.
    package init(
        transport: any ClientTransport, baseURL: String, headers: [(name: String, value: String)]
    ) throws {
        var random = SystemRandomNumberGenerator()
        secret = (0..<2).map { _ in String(random.next() as UInt64, radix: 36) }.joined()
        (listener, port) = try Self.listen()
        let directory = GatewayDirectory(prefix: "http://127.0.0.1:\(port)/\(secret)/", baseURL: baseURL)
        self.directory = directory
        let (listener, secret) = (listener, secret)
        let queue = DispatchQueue(label: "mado.gateway", qos: .userInitiated)
        let source = DispatchSource.makeReadSource(fileDescriptor: listener, queue: queue)
        let open = open
        source.setEventHandler {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            guard open.add(descriptor, below: Self.limit) else {
                close(descriptor)
                return
            }
            let connection = GatewayConnection(
                descriptor: descriptor, secret: secret, directory: directory, transport: transport, headers: headers)
            Task {
                await connection.serve()
                open.close(descriptor)
            }
        }
        source.setCancelHandler { close(listener) }
        accepting = source
        source.activate()
    }

    deinit {
        accepting.cancel()
        open.endAll()
    }

    /// Where a player gets what is at this address.
    /// - Parameter url: `mxc://`, a path on the member's server, `https` or `http`.
    /// - Returns: nil for anything else.
    package func url(for url: String) -> String? { directory.register(url) }

    private static func listen() throws -> (Int32, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TransportError.other("no socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw TransportError.other("no port on the loopback interface")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// The connections that are open, each closed here, so that none is ended whose number somebody else has by then.
private final class OpenConnections: Sendable {
    private let descriptors = Mutex<Set<Int32>>([])

    func add(_ descriptor: Int32, below limit: Int) -> Bool {
        descriptors.withLock { $0.count < limit && $0.insert(descriptor).inserted }
    }

    func close(_ descriptor: Int32) {
        descriptors.withLock { descriptors in
            descriptors.remove(descriptor)
            _ = Glibc.close(descriptor)
        }
    }

    func endAll() {
        descriptors.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }
}
