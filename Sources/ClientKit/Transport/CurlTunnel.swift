internal import CCurl
internal import CurlKit
internal import CurlShims
import Glibc
import Synchronization

/// A connection to a server for something else than HTTP, by the way that requests take: through the account's proxy, with
/// TLS, checked against its authorities (libcurl's CONNECT_ONLY).
///
/// Opening and using it blocks. `@unchecked Sendable`: one thread at a time uses it; only `cancel` may come from another.
final class CurlTunnel: CurlAttempt, @unchecked Sendable {
    enum Received: Equatable {
        case bytes(Int)
        case nothing
        case end
    }

    let easy: UnsafeMutableRawPointer
    let target: ParsedURL
    let route: ProxyRoute
    let record = CertificateRecord()
    private let trust: TrustStore
    private let isCancelled = Atomic<Bool>(false)

    private init(target: ParsedURL, route: ProxyRoute, trust: TrustStore) throws(TransportError) {
        guard let easy = curl_easy_init() else { throw .other("out of memory") }
        self.easy = easy
        self.target = target
        self.route = route
        self.trust = trust
    }

    deinit { curl_easy_cleanup(easy) }

    /// Opens one.
    /// - Parameter made: gets the tunnel before it is open, so that somebody else can cancel it.
    /// - Throws: ``TransportError``.
    static func open(
        to target: ParsedURL, route: ProxyRoute, usesNegotiate: Bool, trust: TrustStore, made: (CurlTunnel) -> Void
    ) throws(TransportError) -> CurlTunnel {
        let tunnel = try CurlTunnel(target: target, route: route, trust: trust)
        made(tunnel)
        tunnel.configure(usesNegotiate ? MADO_CURL_PROXY_NEGOTIATE : MADO_CURL_PROXY_PASSWORD)
        let code = curl_easy_perform(tunnel.easy)
        guard !tunnel.isCancelled.load(ordering: .relaxed) else { throw .cancelled }
        guard code == CURLE_OK else { throw TransportError(code, of: tunnel) }
        return tunnel
    }

    private func configure(_ authentication: mado_curl_proxy_authentication) {
        configureConnection(url: target.origin + "/", authentication)
        mado_curl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        // What comes is no HTTP: nothing is agreed on in the handshake, and a proxy of HTTP is to pass everything on.
        mado_curl_set_long(easy, CURLOPT_SSL_ENABLE_ALPN, 0)
        mado_curl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, route.proxy?.isHTTP == true ? 1 : 0)
        var functions = Self.functions
        mado_curl_set_functions(easy, &functions, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let functions = mado_curl_functions(
        header: { _, size, count, _ in size * count }, write: { _, size, count, _ in size * count },
        read: { _, _, _, _ in 0 }, seek: { _, _, _ in Int32(CURL_SEEKFUNC_FAIL) },
        progress: { context, _, _, _, _ in of(context).isCancelled.load(ordering: .relaxed) ? 1 : 0 },
        tls: { _, tls, context in
            let tls = OpaquePointer(tls)
            of(context).trust.install(in: tls)
            of(context).record.install(in: tls)
            return CURLE_OK
        })

    private static func of(_ context: UnsafeMutableRawPointer) -> CurlTunnel {
        Unmanaged<CurlTunnel>.fromOpaque(context).takeUnretainedValue()
    }

    /// Has the opening end within a second. Any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    // MARK: Once it is open

    /// To be waited for; never to be read or written.
    var descriptor: Int32 { mado_curl_get_socket(easy) }

    /// Does not wait.
    /// - Throws: ``TransportError/cut``.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Received {
        var count = 0
        switch curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count) {
        case CURLE_OK: return count > 0 ? .bytes(count) : .end
        case CURLE_AGAIN: return .nothing
        default: throw .cut
        }
    }

    /// How many bytes were taken, 0 when there is no room now.
    /// - Throws: ``TransportError/cut``.
    func send(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        var count = 0
        switch curl_easy_send(easy, bytes.baseAddress, bytes.count, &count) {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: throw .cut
        }
    }
}

extension CurlTransport {
    /// Opens a connection for something else than HTTP, by the account's routes and credentials.
    /// - Parameter made: gets each attempt, so that it can be cancelled.
    /// - Throws: ``TransportError``.
    func tunnel(
        to url: String, made: @escaping @Sendable (CurlTunnel) -> Void
    ) async throws(TransportError) -> CurlTunnel {
        try await onAnyRoute(url) { target, route, usesNegotiate, worker throws(TransportError) in
            let result: Result<CurlTunnel, TransportError> = await withCheckedContinuation { continuation in
                let isStarted = OwnThread.start("mado-tunnel") {
                    do throws(TransportError) {
                        let tunnel = try CurlTunnel.open(
                            to: target, route: route, usesNegotiate: usesNegotiate, trust: worker.trust, made: made)
                        continuation.resume(returning: .success(tunnel))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                if !isStarted { continuation.resume(returning: .failure(.other("no thread"))) }
            }
            return try result.get()
        }
    }
}
