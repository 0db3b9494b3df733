import Glibc
package import HTTP
import Synchronization

/// Janus, started and configured for this server alone: its HTTP interface on the loopback interface, with a secret; the
/// video room and no other plugin.
///
/// It listens for media on one address of the machine, since it takes none of the loopback interface. Clients reach it
/// through their relays: nothing has to be opened.
package final class ConferenceProcess: Sendable {
    /// Where it serves, and with which secret, since its last start.
    package struct Place: Sendable, Equatable {
        let port: UInt16
        let secret: String
    }

    private let process: CompanionProcess

    /// - Parameters:
    ///   - address: of this machine, that it listens on for media.
    ///   - folder: where its files are; made here.
    ///   - changed: called when it serves (with the place) and when it does so no more.
    package init(
        _ settings: CallSettings, address: PeerAddress, folder: String, launcher: String, log: Log,
        changed: @escaping @Sendable (Place?) -> Void
    ) {
        let program = settings.conferenceProgram
        let ports = settings.conferencePorts
        let next = Mutex<Place?>(nil)
        process = CompanionProcess(name: "janus", launcher: launcher, log: log) {
            guard let port = LocalPort.free() else { throw SystemError("bind", path: "127.0.0.1") }
            let place = Place(port: port, secret: RandomBytes.token(24))
            try SystemFile.makeFolder(folder, mode: 0o700)
            let configuration = ConferenceConfiguration(
                place: place, address: address, ports: ports, folder: folder, library: Self.library())
            for (name, text) in configuration.files {
                try SystemFile.write(Array(text.utf8), to: folder + "/" + name, mode: 0o600)
            }
            next.withLock { $0 = place }
            return CompanionProcess.Order(
                program: program, arguments: ["-F", folder, "-C", folder + "/janus.jcfg", "-o"], folder: folder,
                isReady: { LocalPort.answers(port) })
        } changed: { state in
            changed(state == .running ? next.withLock { $0 } : nil)
        }
    }

    package var state: CompanionProcess.State { process.state }

    package func start() { process.start() }
    package func stop() async { await process.stop() }

    /// The folder of Janus' parts, which has the machine's architecture in its name.
    private static func library() -> String {
        let folders = SystemFile.names(in: "/usr/lib").sorted().map { "/usr/lib/\($0)/janus" } + ["/usr/lib/janus"]
        return folders.first { SystemFile.isFolder($0 + "/plugins") } ?? "/usr/lib/janus"
    }
}

/// What Janus is told.
struct ConferenceConfiguration {
    let place: ConferenceProcess.Place
    let address: PeerAddress
    let ports: String
    let folder: String
    let library: String

    var files: [(name: String, text: String)] {
        [("janus.jcfg", general), ("janus.transport.http.jcfg", http), ("janus.plugin.videoroom.jcfg", videoRoom)]
    }

    private var general: String {
        """
        general: {
            configs_folder = "\(folder)"
            plugins_folder = "\(library)/plugins"
            transports_folder = "\(library)/transports"
            events_folder = "\(library)/events"
            loggers_folder = "\(library)/loggers"
            debug_level = 3
            api_secret = "\(place.secret)"
            admin_secret = "\(place.secret)"
            server_name = "mado"
            session_timeout = 90
            hide_dependencies = true
        }
        media: {
            rtp_port_range = "\(ports)"
        }
        nat: {
            ice_enforce_list = "\(address)"
            ignore_mdns = true
        }
        plugins: {
            disable = "\(others("plugins", "libjanus_videoroom.so"))"
        }
        transports: {
            disable = "\(others("transports", "libjanus_http.so"))"
        }
        loggers: {
            disable = "\(others("loggers", ""))"
        }
        events: {
            broadcast = false
            disable = "\(others("events", ""))"
        }

        """
    }

    /// All parts of that kind but one.
    private func others(_ kind: String, _ wanted: String) -> String {
        SystemFile.names(in: "\(library)/\(kind)").filter { $0.hasSuffix(".so") && $0 != wanted }.sorted()
            .joined(separator: ",")
    }

    private var http: String {
        """
        general: {
            json = "compact"
            base_path = "/janus"
            http = true
            port = \(place.port)
            ip = "127.0.0.1"
            https = false
        }
        admin: {
            admin_http = false
            admin_https = false
        }

        """
    }

    private var videoRoom: String {
        """
        general: {
            string_ids = true
            lock_rtp_forward = true
        }

        """
    }
}
