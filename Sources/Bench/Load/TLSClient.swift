import COpenSSL

/// What OpenSSL needs for clients that take any certificate: the servers here have made theirs themselves.
/// Confined to the loop.
final class TLSClient {
    private let owned: OpaquePointer

    init() throws(BenchError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw BenchError("SSL_CTX_new") }
        owned = context
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        SSL_CTX_ctrl(
            context, SSL_CTRL_MODE,
            Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
        // Every connection is a whole handshake, as with members who come from different devices.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
    }

    deinit {
        SSL_CTX_free(owned)
    }

    func session(on socket: Int32) throws(BenchError) -> TLSClientSession {
        guard let session = SSL_new(owned) else { throw BenchError("SSL_new") }
        guard SSL_set_fd(session, socket) == 1 else {
            SSL_free(session)
            throw BenchError("SSL_set_fd")
        }
        SSL_set_connect_state(session)
        return TLSClientSession(owned: session)
    }
}

/// One connection's TLS. Confined to the loop.
final class TLSClientSession {
    private let owned: OpaquePointer
    /// Why the last call failed.
    private(set) var lastFailure = ""

    fileprivate init(owned: OpaquePointer) {
        self.owned = owned
    }

    deinit {
        SSL_free(owned)
    }

    /// 1 when the handshake is done; otherwise as with `read`.
    func handshake() -> Int { result(SSL_do_handshake(owned)) }

    /// How many bytes; 0 at the end, -1 when it would block, -2 when it failed.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        result(SSL_read(owned, buffer.baseAddress, Int32(clamping: buffer.count)))
    }

    /// As `read`.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        result(SSL_write(owned, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    private func result(_ returned: Int32) -> Int {
        guard returned <= 0 else { return Int(returned) }
        let reason = SystemCall.lastReason()
        defer { ERR_clear_error() }
        switch SSL_get_error(owned, returned) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return -1
        case SSL_ERROR_ZERO_RETURN: return 0
        case SSL_ERROR_SYSCALL:
            lastFailure = returned == 0 ? "the connection ended" : reason
            return -2
        default:
            lastFailure = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "TLS"
            return -2
        }
    }
}
