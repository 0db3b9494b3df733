import COpenSSL
import EventLoop
import Glibc
import HTTP
import LinuxShims
import Testing

/// Blocking calls of clients, so that none holds up a thread of the tests.
let clientPool = BlockingPool(threads: 64, name: "test-client")

struct ClientError: Error {
    let reason: String
}

struct TestResponse: Sendable, Equatable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A plain socket and what is needed to read HTTP/1.1 from it. A client that waits for a minute has failed.
///
/// `@unchecked Sendable`: a test uses its client from one task, one call at a time.
final class TestClient: @unchecked Sendable {
    let socket: Int32
    private var received: [UInt8] = []
    /// What of `received` has been taken.
    private var start = 0
    private var tls: OpaquePointer?
    private var isOpen = true

    init(port: UInt16, receiveBuffer: Int32? = nil) async throws {
        socket = try await clientPool.run { try TestClient.connect(port, receiveBuffer) }
    }

    deinit {
        // Without an end its session would not be taken up again (SSL_free(3)).
        if let tls { SSL_set_shutdown(tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(tls)
        if isOpen { Glibc.close(socket) }
    }

    private static func connect(_ port: UInt16, _ receiveBuffer: Int32?) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw ClientError(reason: "connect: \(errno)") }
        return socket
    }

    // MARK: TLS

    /// What a client offers; returns what was agreed on.
    struct TLSOffer: Sendable {
        var versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION
        var protocols: [String] = ["http/1.1"]
        /// A session of `lastSession`.
        var session: Session?
    }

    struct TLSResult: Sendable {
        var version: Int32
        var selected: String
        var isResumed: Bool
        var commonName: String
    }

    /// A session to take up again.
    final class Session: @unchecked Sendable {
        let owned: OpaquePointer
        init(_ owned: OpaquePointer) { self.owned = owned }
        deinit { SSL_SESSION_free(owned) }
    }

    func startTLS(_ offer: TLSOffer = TLSOffer()) async throws -> TLSResult {
        try await clientPool.run { try self.handshake(offer) }
    }

    /// Of this connection; complete once something was read over TLS 1.3.
    var lastSession: Session? {
        SSL_get1_session(tls).map { Session($0) }
    }

    /// The first message of a handshake, which nobody goes on with.
    static func clientHello() -> [UInt8] {
        let context = SSL_CTX_new(TLS_client_method())
        defer { SSL_CTX_free(context) }
        let session = SSL_new(context)
        defer { SSL_free(session) }
        let output = BIO_new(BIO_s_mem())
        SSL_set_bio(session, BIO_new(BIO_s_mem()), output)
        SSL_connect(session)
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(0, count))))
    }

    private func handshake(_ offer: TLSOffer) throws -> TLSResult {
        let context = SSL_CTX_new(TLS_client_method())
        defer { SSL_CTX_free(context) }
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(offer.versions.lowerBound), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(offer.versions.upperBound), nil)
        // For old versions, which else nothing would be offered for.
        SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0")
        let session = SSL_new(context)
        tls = session
        let names = offer.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !names.isEmpty { SSL_set_alpn_protos(session, names, UInt32(names.count)) }
        if let earlier = offer.session { SSL_set_session(session, earlier.owned) }
        SSL_set_fd(session, socket)
        ERR_clear_error()
        guard SSL_connect(session) == 1 else { throw ClientError(reason: "handshake") }
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &length)
        let selected = UnsafeBufferPointer(start: name, count: Int(length))
        let certificate = SSL_get1_peer_certificate(session)
        defer { X509_free(certificate) }
        var commonName = [UInt8](repeating: 0, count: 64)
        let count = commonName.withUnsafeMutableBytes {
            X509_NAME_get_text_by_NID(
                X509_get_subject_name(certificate), NID_commonName, $0.bindMemory(to: CChar.self).baseAddress, 64)
        }
        return TLSResult(
            version: SSL_version(session), selected: String(decoding: selected, as: UTF8.self),
            isResumed: SSL_session_reused(session) == 1,
            commonName: String(decoding: commonName.prefix(Int(max(0, count))), as: UTF8.self))
    }

    // MARK: Bytes

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await clientPool.run { try self.blockingSend(bytes) }
    }

    private func blockingSend(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                if let tls { return Int(SSL_write(tls, bytes.baseAddress! + offset, Int32(bytes.count - offset))) }
                return Glibc.send(socket, bytes.baseAddress! + offset, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ClientError(reason: "send: \(errno)") }
            offset += count
        }
    }

    /// Sends as much as the socket takes without waiting. Returns how much.
    func sendWhatFits(_ bytes: [UInt8]) -> Int {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    socket, $0.baseAddress! + offset, bytes.count - offset,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            offset += count
        }
        return offset
    }

    /// Reads some more. Returns false at the end of the stream.
    private func blockingFill() throws -> Bool {
        if start > 1 << 20 {
            received.removeFirst(start)
            start = 0
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // What an earlier client left on this thread would be taken for this one's error.
        ERR_clear_error()
        let count = buffer.withUnsafeMutableBytes { buffer in
            if let tls { return Int(SSL_read(tls, buffer.baseAddress, Int32(buffer.count))) }
            return recv(socket, buffer.baseAddress, buffer.count, 0)
        }
        if let tls, count <= 0 {
            guard SSL_get_error(tls, Int32(count)) == SSL_ERROR_ZERO_RETURN else {
                throw ClientError(reason: "TLS: no close_notify")
            }
            return false
        }
        guard count >= 0 else { throw ClientError(reason: "receive: \(errno)") }
        received += buffer.prefix(count)
        return count > 0
    }

    /// Exactly that many bytes.
    func read(_ count: Int) async throws -> [UInt8] {
        try await clientPool.run {
            try self.take(count)
        }
    }

    /// Everything up to the end of the stream.
    func readToEnd() async throws -> [UInt8] {
        try await clientPool.run {
            while try self.blockingFill() {}
            return try self.take(self.received.count - self.start)
        }
    }

    /// Whether the server ends the connection, by an end or a reset, with nothing more said.
    func isEnded() async -> Bool {
        do { return try await readToEnd().isEmpty } catch { return (error as? ClientError)?.reason == "receive: 104" }
    }

    func shutdownWrite() { mado_shutdown_write(socket) }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(socket)
    }

    func reset() {
        mado_reset_on_close(socket)
        close()
    }

    // MARK: HTTP/1.1

    /// Reads one response. Returns nil at the end of the stream.
    /// - Parameter toHead: a HEAD request's answer has no body.
    func response(toHead: Bool = false) async throws -> TestResponse? {
        try await clientPool.run { try self.blockingResponse(toHead: toHead) }
    }

    func get(_ path: String, _ fields: String = "") async throws -> TestResponse {
        try await send("GET \(path) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
        return try #require(try await response())
    }

    private func blockingResponse(toHead: Bool) throws -> TestResponse? {
        guard let head = try line(until: "\r\n\r\n") else { return nil }
        let lines = head.split(separator: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[String(parts[0])] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        var response = TestResponse(status: status, headers: headers, body: [])
        if toHead || status < 200 || status == 204 || status == 304 { return response }
        if headers["transfer-encoding"] == "chunked" {
            while true {
                guard let size = try line(until: "\r\n"), let count = Int(size, radix: 16) else {
                    throw ClientError(reason: "chunk")
                }
                let part = try take(count + 2)
                guard part.suffix(2) == [0x0d, 0x0a] else { throw ClientError(reason: "chunk's end") }
                if count == 0 { return response }
                response.body += part.dropLast(2)
            }
        }
        if let length = headers["content-length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else {
            while try blockingFill() {}
            response.body = try take(received.count - start)
        }
        return response
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count - start < count {
            guard try blockingFill() else { throw ClientError(reason: "end of the stream") }
        }
        defer { start += count }
        return Array(received[start..<(start + count)])
    }

    /// The text before `end`, which is taken too; nil at the end of the stream.
    private func line(until end: String) throws -> String? {
        let end = Array(end.utf8)
        var index = start
        while true {
            while index + end.count <= received.count {
                if received[index] == end[0], received[index..<(index + end.count)].elementsEqual(end) {
                    defer { start = index + end.count }
                    return String(decoding: received[start..<index], as: UTF8.self)
                }
                index += 1
            }
            let offset = index - start
            guard try blockingFill() else {
                guard start == received.count else { throw ClientError(reason: "end within a head") }
                return nil
            }
            index = start + offset
        }
    }
}
