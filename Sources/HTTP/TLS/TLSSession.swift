import COpenSSL

/// What an attempt to read or write came to.
enum TransferResult {
    /// At least one byte.
    case bytes(Int)
    case wouldBlock
    /// The peer ended its direction.
    case end
    case failed
}

/// One connection's SSL over its socket. Confined to the connection's loop.
struct TLSSession: ~Copyable {
    enum HandshakeResult {
        case done, failed
        /// - Parameter isFurther: whether a message of the peer was taken since the last time.
        case wouldBlock(isFurther: Bool)
    }

    private let owned: OpaquePointer

    /// nil for want of memory.
    init?(_ context: TLSContext, descriptor: Int32) {
        guard let session = context.makeOwnedSession() else { return nil }
        guard let socket = TLSSocket.makeOwned(descriptor) else {
            SSL_free(session)
            return nil
        }
        // Both directions take the one reference.
        SSL_set_bio(session, socket, socket)
        SSL_set_accept_state(session)
        owned = session
    }

    deinit {
        SSL_free(owned)
    }

    /// Goes on with the handshake as far as the socket allows.
    borrowing func handshake() -> HandshakeResult {
        ERR_clear_error()
        let before = SSL_get_state(owned)
        let result = SSL_do_handshake(owned)
        guard result != 1 else { return .done }
        switch SSL_get_error(owned, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .wouldBlock(isFurther: SSL_get_state(owned) != before)
        default: return .failed
        }
    }

    /// Whether the handshake took up an earlier session.
    var isResumed: Bool { SSL_session_reused(owned) == 1 }

    /// Whether the client chose HTTP/2 (ALPN).
    var isHTTP2: Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(owned, &name, &length)
        return length == 2 && name?[0] == 0x68 && name?[1] == 0x32
    }

    /// Whether the client chose (ALPN) something else than HTTP.
    var isOther: Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(owned, &name, &length)
        // `h2` and `http/1.1`.
        return length > 0 && name?[0] != 0x68
    }

    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> TransferResult {
        ERR_clear_error()
        return result(SSL_read(owned, buffer.baseAddress, Int32(clamping: buffer.count)))
    }

    /// Whether another read could only say that there is nothing.
    var isEmptied: Bool {
        SSL_has_pending(owned) == 0 && TLSSocket.isEmptied(SSL_get_rbio(owned))
    }

    /// Writes up to one record.
    borrowing func write(_ bytes: UnsafeRawBufferPointer) -> TransferResult {
        ERR_clear_error()
        return result(SSL_write(owned, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    /// Tells the peer that nothing more comes.
    borrowing func sendClose() {
        ERR_clear_error()
        SSL_shutdown(owned)
    }

    private borrowing func result(_ returned: Int32) -> TransferResult {
        guard returned <= 0 else { return .bytes(Int(returned)) }
        switch SSL_get_error(owned, returned) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .end
        default: return .failed
        }
    }
}
