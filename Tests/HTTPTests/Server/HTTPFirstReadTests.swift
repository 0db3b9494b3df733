import COpenSSL
import EventLoop
import Glibc
import LinuxShims
import TestSupport
import Testing

@testable import HTTP

/// What comes with the client's last message of the handshake, which OpenSSL reads together with that.
struct HTTPFirstReadTests {
    /// What the event tells of that brings the last message.
    enum Event: CaseIterable {
        case reading
        /// The socket is looked at before the message is there and read after: the event is of writing alone, and the socket,
        /// which is empty then, has nothing more to tell of.
        case writing
    }

    @Test(arguments: Event.allCases, ["http/1.1", "h2"])
    func theRequestComesWithTheEndOfTheHandshake(event: Event, name: String) async throws {
        let certificate = try TestCertificate(commonName: "test")
        // Time stands still: no deadline passes, however long the threads of the test wait for their turn.
        let group = try EventLoopGroup(count: 1, clock: .driven(DrivenClock()))
        defer { group.shutdown() }
        let loop = group.loops[0]
        let peer = try #require(PeerAddress("127.0.0.1"))
        let context = try TLSContext.Holder(certificate.configuration)
        let (client, socket) = try SteppingClient.pair(protocolName: name)
        let requests = Tally()
        await withCheckedContinuation { continuation in
            loop.execute {
                let server = ServerLoop(
                    loop: loop, configuration: HTTPServerConfiguration(listeners: []),
                    application: TestApplication { exchange in
                        requests.add()
                        exchange.respond(.text("ok"))
                    },
                    addresses: AddressCounts(limit: 1), total: ConnectionTotal(limit: 1))
                // Events come in the order in which they arose: the client's before those of what it does next.
                if event == .writing { client.act(on: loop) { continuation.resume() } }
                server.accept(socket, peer, context)
                if event == .reading { continuation.resume() }
            }
        }
        if event == .reading {
            try await clientPool.run {
                client.begin()
                try client.finish()
            }
        }
        // Of HTTP/2 settings are acknowledged that have been read.
        let isHTTP2 = name == "h2"
        let awaited: [UInt8] = isHTTP2 ? [0, 0, 0, 4, 1, 0, 0, 0, 0] : Array("\r\n\r\nok".utf8)
        try await clientPool.run { try client.read(until: awaited) }
        #expect(requests.count == (isHTTP2 ? 0 : 1))
        #expect(client.failure == nil)
        await withCheckedContinuation { continuation in
            loop.execute {
                client.end()
                continuation.resume()
            }
        }
    }
}

/// A client whose two steps of a handshake are taken by itself or, one for each event of its own, on the server's loop.
///
/// `@unchecked Sendable`: used by the loop until the last step, and by the test after.
private final class SteppingClient: DescriptorHandler, @unchecked Sendable {
    private static let request = Array("GET / HTTP/1.1\r\nHost: test\r\n\r\n".utf8)
    /// The preface and empty settings.
    private static let http2Request = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    private let socket: Int32
    private let bell = mado_wake_create()
    private let request: [UInt8]
    private let context = SSL_CTX_new(TLS_client_method())
    private let session: OpaquePointer?
    /// What the session reads and writes.
    private let (input, output) = (BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
    private var registration: Registration?
    private var steps = 0
    private var whenDone: (() -> Void)?
    private(set) var failure: (any Error)?

    /// A client, and the socket of the server's that it speaks to.
    static func pair(protocolName: String) throws -> (client: SteppingClient, server: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        return (SteppingClient(socket: ends[0], protocolName: protocolName), ends[1])
    }

    private init(socket: Int32, protocolName: String) {
        self.socket = socket
        request = protocolName == "h2" ? Self.http2Request : Self.request
        session = SSL_new(context)
        SSL_set_bio(session, input, output)
        let name = [UInt8(protocolName.utf8.count)] + Array(protocolName.utf8)
        SSL_set_alpn_protos(session, name, UInt32(name.count))
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
        close(bell)
        close(socket)
    }

    // MARK: On the loop

    /// Has the steps taken in the loop's next turns, in each before what came after this; says when it leaves the rest to
    /// the test.
    func act(on loop: EventLoop, _ whenDone: @escaping () -> Void) {
        self.whenDone = whenDone
        registration = try? loop.register(descriptor: bell, interest: [.read, .edgeTriggered], handler: self)
        mado_wake(bell)
    }

    func descriptorReady(_ readiness: Readiness) {
        steps += 1
        do {
            switch steps {
            case 1:
                mado_wake(bell)
                begin()
            case 2: try finish()
            default: return
            }
        } catch { failure = error }
        if steps == 2 { whenDone?() }
    }

    func end() {
        registration?.deregister()
        shutdown(socket, Int32(SHUT_RDWR))
    }

    // MARK: Steps

    /// Sends the first message.
    func begin() {
        SSL_connect(session)
        send()
    }

    /// Reads the server's messages, and sends the last one of the handshake and the request together.
    func finish() throws {
        while SSL_connect(session) != 1 { try receive() }
        request.withUnsafeBytes { _ = SSL_write(session, $0.baseAddress, Int32($0.count)) }
        send()
    }

    func read(until awaited: [UInt8]) throws {
        var received: [UInt8] = []
        while !received.indices.contains(where: { received[$0...].starts(with: awaited) }) {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = SSL_read(session, &buffer, Int32(buffer.count))
            if count > 0 { received += buffer.prefix(Int(count)) } else { try receive() }
        }
    }

    private func send() {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        _ = Glibc.send(socket, bytes, Int(max(0, count)), Int32(MSG_NOSIGNAL))
    }

    private func receive() throws {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { throw ClientError(reason: "receive: \(errno)") }
        BIO_write(input, bytes, Int32(count))
    }
}
