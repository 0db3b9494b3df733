import COpenSSL
import Synchronization

/// An SSL_CTX for a server: one certificate, and what a handshake may agree on. Shared by all loops, so that a session
/// ticket given out by one is taken by every other. Immutable once made; connections keep the one they began with.
///
/// `@unchecked Sendable`: OpenSSL locks what changes inside an SSL_CTX.
final class TLSContext: @unchecked Sendable {
    private let owned: OpaquePointer

    /// Reads the files.
    /// - Parameter other: a further protocol that a client may name, as ALPN writes it: its length and its name.
    /// - Throws: `HTTPServerError.certificate`.
    init(_ configuration: TLSConfiguration, alsoSpeaks other: StaticString? = nil) throws(HTTPServerError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw .certificate(TLSContext.lastReason()) }
        owned = context
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        SSL_CTX_ctrl(
            context, SSL_CTRL_MODE,
            Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
        SSL_CTX_set_options(context, TLSContext.options)
        // Tickets hold the session at the client; a cache here would be memory for nothing.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        // One for the next connection; OpenSSL's two are for programs that open many at once, and each costs a tenth of
        // what the server does for a handshake.
        SSL_CTX_set_num_tickets(context, 1)
        // One read() a record instead of two.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nil)
        // A static string is where it is for ever, whatever becomes of this object.
        SSL_CTX_set_alpn_select_cb(
            context, selectProtocol, other.map { UnsafeMutableRawPointer(mutating: $0.utf8Start) })
        guard SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1,
            SSL_CTX_use_certificate_chain_file(context, configuration.certificateFile) == 1,
            SSL_CTX_use_PrivateKey_file(context, configuration.keyFile, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(context) == 1
        else {
            throw .certificate("\(configuration.certificateFile): \(TLSContext.lastReason())")
        }
    }

    deinit {
        SSL_CTX_free(owned)
    }

    /// A new session's SSL, owned by the caller; nil for want of memory.
    func makeOwnedSession() -> OpaquePointer? {
        SSL_new(owned)
    }

    /// Bits of `SSL_OP_*`, which are function-like macros: no compression, no renegotiation, our order of ciphers
    /// except that a client which prefers ChaCha20 gets it, and an end without close_notify is an end.
    private static let options: UInt64 = 1 << 17 | 1 << 30 | 1 << 22 | 1 << 21 | 1 << 7

    private static func lastReason() -> String {
        let code = ERR_get_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return "unknown reason" }
        return String(cString: reason)
    }
}

extension TLSContext {
    /// Replaces its context when the certificate changes. Any thread.
    final class Holder: Sendable {
        let configuration: TLSConfiguration
        private let other: StaticString?
        private let context: Mutex<TLSContext>

        init(_ configuration: TLSConfiguration, alsoSpeaks other: StaticString? = nil) throws(HTTPServerError) {
            self.configuration = configuration
            self.other = other
            context = Mutex(try TLSContext(configuration, alsoSpeaks: other))
        }

        var current: TLSContext { context.withLock { $0 } }

        /// Reads the files again; on failure what was stays.
        func reload() throws(HTTPServerError) {
            let fresh = try TLSContext(configuration, alsoSpeaks: other)
            context.withLock { $0 = fresh }
        }
    }
}

/// ALPN (RFC 7301): h2, else http/1.1, else what `other` points to; a client that knows none of them is refused.
private func selectProtocol(
    _: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ selectedLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
    _ other: UnsafeMutableRawPointer?
) -> Int32 {
    let ours = StaticString("\u{2}h2\u{8}http/1.1")
    guard let selected, let selectedLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    return selected.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 1) { selected in
        let found = SSL_select_next_proto(
            selected, selectedLength, ours.utf8Start, UInt32(ours.utf8CodeUnitCount), offered, offeredLength)
        if found == OPENSSL_NPN_NEGOTIATED { return SSL_TLSEXT_ERR_OK }
        guard let other = other?.assumingMemoryBound(to: UInt8.self),
            SSL_select_next_proto(
                selected, selectedLength, other, UInt32(other.pointee) + 1, offered, offeredLength)
                == OPENSSL_NPN_NEGOTIATED
        else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        return SSL_TLSEXT_ERR_OK
    }
}
