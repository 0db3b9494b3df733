import Glibc
import HTTP
import LinuxShims

/// TCP ports of the loopback interface, for programs that the server starts.
enum LocalPort {
    /// One that nobody has at the moment.
    static func free() -> UInt16? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let isBound = MachineAddress.withAddress(PeerAddress(v4: 0x7f00_0001), port: 0) {
            bind(descriptor, $0, $1) == 0
        }
        let port = isBound ? mado_local_port(descriptor) : -1
        return port > 0 ? UInt16(port) : nil
    }

    /// Whether something listens there. Blocks for a moment.
    static func answers(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return MachineAddress.withAddress(PeerAddress(v4: 0x7f00_0001), port: port) { connect(descriptor, $0, $1) == 0 }
    }
}
