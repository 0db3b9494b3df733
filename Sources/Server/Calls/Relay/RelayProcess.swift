import Glibc
package import HTTP

/// coturn, started and configured for this server alone: without TLS on a TCP port of the loopback interface, which only
/// ``RelayPort`` leads to.
///
/// Relays have a loopback address unless there are conferences or something else is configured. Both ends of a call can use relays of this server, so
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
        let address = Self.address(settings, conferenceAddress)
        self.address = address
        let configuration = RelayConfiguration(
            settings: settings, credentials: port.credentials, address: address, conferenceAddress: conferenceAddress,
            folder: folder, user: geteuid() == 0 && getpwnam(Self.user) != nil ? Self.user : nil)
        process = CompanionProcess(name: "coturn", launcher: launcher, log: log) {
            guard let listening = LocalPort.free() else { throw SystemError("bind", path: "127.0.0.1") }
            try SystemFile.makeFolder(folder, mode: 0o700)
            let file = folder + "/turnserver.conf"
            try SystemFile.write(Array(configuration.text(listening: listening).utf8), to: file, mode: 0o600)
            return CompanionProcess.Order(
                program: settings.relayProgram, arguments: ["-c", file], folder: folder,
                isReady: {
                    guard LocalPort.answers(listening) else { return false }
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

    private static func address(_ settings: CallSettings, _ conferenceAddress: PeerAddress?) -> PeerAddress {
        // The bridge of conferences sends from its interface and reaches no loopback address.
        if let address = settings.relayAddress ?? conferenceAddress { return address }
        guard let network = settings.allowedNetworks.first else { return loopbackAddress }
        return MachineAddress.towards(network.base) ?? loopbackAddress
    }
}
