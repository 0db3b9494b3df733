import Glibc
import LinuxShims

/// Ports on 127.0.0.1.
enum LoopbackPort {
    /// One that was free just now. Asked without SO_REUSEPORT, with which the kernel may give one that another server of
    /// the same user has.
    static func free() throws(BenchError) -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw .system("socket") }
        defer { close(socket) }
        guard withAddress(port: 0, { bind(socket, $0, $1) }) == 0 else { throw .system("bind") }
        return UInt16(mado_local_port(socket))
    }

    /// A non-blocking socket that is being connected.
    static func connect(to port: UInt16) throws(BenchError) -> Int32 {
        let socket = withAddress(port: port) { mado_connect($0, $1) }
        guard socket >= 0 else { throw .system("connect") }
        return socket
    }

    private static func withAddress<T>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
