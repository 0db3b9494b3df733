import Glibc
package import HTTP
import LinuxShims

/// coturn, started and configured for this server alone: without TLS on a TCP port of the loopback interface, which only
/// ``RelayPort`` leads to.
///
/// Relays have a loopback address unless something else is configured. Both ends of a call can use relays of this server, so
/// that a relay need reach nothing but relays; nothing is opened to the network, it works the same behind NAT and on a
/// machine whose address changes, and coturn is told to refuse all other peers.
package final class RelayProcess: Sendable {
    /// On the loopback interface of every Linux machine, and used by nothing else ("MAD").
    package static let loopbackAddress = PeerAddress(v4: 0x7f4d_4144)
    /// Debian's user for it, which it becomes where the server runs as root.
    private static let user = "turnserver"

    private let settings: CallSettings
    private let address: PeerAddress
    /// Where conferences listen; nil without any.
    private let conferenceAddress: PeerAddress?
    private let process: CompanionProcess

    /// - Parameter folder: where its files are; made here.
    package init(
        _ settings: CallSettings, port: RelayPort, conferenceAddress: PeerAddress?, folder: String, launcher: String,
        log: Log
    ) {
        self.settings = settings
        self.conferenceAddress = conferenceAddress
        let address = Self.address(settings)
        self.address = address
        let configuration = RelayConfiguration(
            settings: settings, credentials: port.credentials, address: address, conferenceAddress: conferenceAddress,
            folder: folder, user: geteuid() == 0 && getpwnam(Self.user) != nil ? Self.user : nil)
        process = CompanionProcess(name: "coturn", launcher: launcher, log: log) {
            guard let listening = Self.freePort() else { throw SystemError("bind", path: "127.0.0.1") }
            try SystemFile.makeFolder(folder, mode: 0o700)
            let file = folder + "/turnserver.conf"
            try SystemFile.write(Array(configuration.text(listening: listening).utf8), to: file, mode: 0o600)
            return CompanionProcess.Order(
                program: settings.relayProgram, arguments: ["-c", file], folder: folder,
                isReady: {
                    guard Self.answers(listening) else { return false }
                    port.setPort(listening)
                    return true
                })
        } changed: { state in
            if state != .running { port.setPort(nil) }
        }
    }

    package var state: CompanionProcess.State { process.state }

    package func start() { process.start() }
    package func stop() async { await process.stop() }

    private static func address(_ settings: CallSettings) -> PeerAddress {
        if let address = settings.relayAddress { return address }
        guard let network = settings.allowedNetworks.first else { return loopbackAddress }
        return MachineAddress.towards(network.base) ?? loopbackAddress
    }

    /// A port of 127.0.0.1 that nobody has at the moment.
    private static func freePort() -> UInt16? {
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
    private static func answers(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return MachineAddress.withAddress(PeerAddress(v4: 0x7f00_0001), port: port) { connect(descriptor, $0, $1) == 0 }
    }
}

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
