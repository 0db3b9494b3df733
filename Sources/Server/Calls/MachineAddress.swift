import Glibc
package import HTTP
import LinuxShims

/// Which of its addresses this machine uses.
package enum MachineAddress {
    /// The address that packets to `target` would come from; nil when there is no way.
    package static func towards(_ target: PeerAddress) -> PeerAddress? {
        guard target.isIPv4 else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // No packet is sent for that.
        guard withAddress(target, port: 9, { connect(descriptor, $0, $1) == 0 }) else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        return isKnown ? PeerAddress(storage) : nil
    }

    /// The address that the machine is reached at by others, as far as it has one: never a loopback address.
    package static func outward() -> PeerAddress? {
        if let address = towards(PeerAddress(v4: 0x0808_0808)) { return address }
        let own = RelayDestinations.addressesOfThisMachine()
        return own.filter { address in address.isIPv4 && !RelayDestinations.never.contains { $0.contains(address) } }
            .min { "\($0)" < "\($1)" }
    }

    static func withAddress<T>(
        _ address: PeerAddress, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
    ) -> T {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        inet_pton(AF_INET, "\(address)", &target.sin_addr)
        return withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
