import COpenSSL
import Glibc
import LinuxShims

/// OpenSSL's way to a socket (a BIO), which unlike its own remembers whether the last read has emptied the socket: with
/// edge-triggered events that saves the read that would only say so. And a write to a closed socket raises no signal.
///
/// The BIO's data pointer holds the descriptor, and above it `emptied` and `ended`: no memory of its own.
enum TLSSocket {
    private static let emptied = 1 << 32
    /// The peer ended its direction.
    private static let ended = 1 << 33

    /// Owned for the process's life.
    ///
    /// `nonisolated(unsafe)`: OpenSSL only reads it.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket")
        BIO_meth_set_read(method) { bio, buffer, count in TLSSocket.read(bio, buffer, count) }
        BIO_meth_set_write(method) { bio, buffer, count in TLSSocket.write(bio, buffer, count) }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in TLSSocket.control(bio, command) }
        return method
    }()

    /// A BIO that is owned by whom it is given to, and does not close the socket; nil for want of memory.
    static func makeOwned(_ descriptor: Int32) -> OpaquePointer? {
        guard let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) | emptied))
        BIO_set_init(bio, 1)
        return bio
    }

    /// Whether the last read left nothing in the socket.
    static func isEmptied(_ bio: OpaquePointer?) -> Bool {
        Int(bitPattern: BIO_get_data(bio)) & emptied != 0
    }

    private static func descriptor(_ bio: OpaquePointer?) -> Int32 {
        Int32(truncatingIfNeeded: Int(bitPattern: BIO_get_data(bio)))
    }

    private static func read(_ bio: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int32) -> Int32
    {
        BIO_clear_flags(bio, retryFlags)
        guard let buffer else { return -1 }
        let descriptor = descriptor(bio)
        var count: Int
        repeat { count = mado_receive(descriptor, buffer, Int(capacity)) } while count < 0 && errno == EINTR
        let state = (count < Int(capacity) ? emptied : 0) | (count == 0 ? ended : 0)
        BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) | state))
        if count < 0, errno == EAGAIN { BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
        return Int32(count)
    }

    private static func write(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
        BIO_clear_flags(bio, retryFlags)
        guard let bytes else { return -1 }
        let descriptor = descriptor(bio)
        var written: Int
        repeat { written = mado_send_one(descriptor, bytes, Int(count)) } while written < 0 && errno == EINTR
        if written < 0, errno == EAGAIN { BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY) }
        return Int32(written)
    }

    private static func control(_ bio: OpaquePointer?, _ command: Int32) -> Int {
        switch command {
        // Nothing is buffered here.
        case BIO_CTRL_FLUSH: 1
        // Tells an end without a farewell (`SSL_OP_IGNORE_UNEXPECTED_EOF`) from a failure.
        case BIO_CTRL_EOF: Int(bitPattern: BIO_get_data(bio)) & ended != 0 ? 1 : 0
        default: 0
        }
    }

    private static let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY
}
