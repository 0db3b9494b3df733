import EventLoop
import HTTP
import Outbound
import Server

/// Calls as they are configured: the relay, what leads to it, and conferences.
final class CallCapabilities: Sendable {
    let directory: CallDirectory
    /// nil: there is no relay here.
    let port: RelayPort?
    /// nil: there are no conferences here.
    let conferences: Conferences?
    private let endpoint: RelayEndpoint
    private let relay: RelayProcess?
    private let bridge: ConferenceProcess?
    /// What the bridge is now, in order.
    private let bridgeChanges: AsyncStream<ConferenceProcess.Place?>

    /// What calls are made from.
    struct Parts {
        let journal: Journal
        let presence: Presence
        let http: HTTPClient
        let loop: EventLoop
        let metrics: Metrics
        let clock: WallClock
        let log: Log
    }

    /// - Throws: `SystemError` when the secret's file cannot be read or made; `EmptySecret`.
    init(_ configuration: ServerConfiguration, _ parts: Parts) throws {
        let settings = configuration.calls
        directory = CallDirectory(
            journal: parts.journal, presence: parts.presence, loop: parts.loop, clock: parts.clock)
        let credentials = RelayCredentials(
            secret: try Self.secret(settings, folder: configuration.dataFolder),
            realm: String(ServerConfiguration.host(of: configuration.serverName)))
        let missing = Self.missingForRelay(settings)
        let hasRelay = settings.isEnabled && missing == nil
        if settings.isEnabled, let missing { parts.log.info("no relay for calls", ["reason": missing]) }
        let port =
            hasRelay || settings.isEnabled && !settings.uris.isEmpty
            ? RelayPort(
                destinations: RelayDestinations(networks: settings.allowedNetworks), credentials: credentials,
                limits: RelayPort.Limits(configuration)) : nil
        self.port = port
        endpoint = RelayEndpoint(
            settings, port: port, ownURI: RelayEndpoint.uri(configuration), clock: parts.clock)
        if let port {
            port.figures.register(in: parts.metrics)
            parts.metrics.observe("mado_relays", .gauge, "Relays that members have.") { Double(port.relayCount) }
        }

        let folder = configuration.dataFolder + "/calls"
        let launcher = CGIRunner.installedLauncher
        let (changes, tell) = AsyncStream<ConferenceProcess.Place?>.makeStream()
        bridgeChanges = changes
        let reason = hasRelay && settings.hasConferences ? Self.missingForConferences(settings) : nil
        if let reason { parts.log.info("no conferences", ["reason": reason]) }
        let conferenceAddress: PeerAddress?
        if let port, hasRelay, settings.hasConferences, reason == nil,
            let address = MachineAddress.outward()
        {
            let new = ConferenceProcess(
                settings, address: address, folder: folder + "/janus", launcher: launcher, log: parts.log
            ) { tell.yield($0) }
            conferenceAddress = address
            bridge = new
            conferences = Conferences(
                journal: parts.journal, destinations: port.destinations, calls: directory, http: parts.http,
                loop: parts.loop, settings: Conferences.Settings(settings), clock: parts.clock, log: parts.log
            ) { new.start() }
        } else {
            conferenceAddress = nil
            (conferences, bridge) = (nil, nil)
        }
        if let port, hasRelay {
            relay = RelayProcess(
                settings, port: port, conferenceAddress: conferenceAddress, folder: folder, launcher: launcher,
                log: parts.log)
        } else {
            relay = nil
        }
    }

    /// What serves endpoints.
    var providers: [any RouteProviding] {
        var providers: [any RouteProviding] = [endpoint, directory]
        if let conferences { providers.append(conferences) }
        return providers
    }

    /// Starts what runs beside the server.
    func start() {
        relay?.start()
        guard let conferences else { return }
        Task { [bridgeChanges] in for await place in bridgeChanges { await conferences.bridgeChanged(place) } }
        conferences.expireFromNowOn()
    }

    /// Answers those who wait for news of a conference.
    func endWaiting() {
        if let conferences { Task { await conferences.stop() } }
    }

    /// Returns when what it started has ended.
    func stop() async {
        await bridge?.stop()
        await relay?.stop()
    }

    /// What the relay needs and is not there; nil when all is.
    static func missingForRelay(_ settings: CallSettings) -> String? {
        missing([settings.relayProgram, CGIRunner.installedLauncher])
    }

    /// The same for conferences, besides a relay.
    static func missingForConferences(_ settings: CallSettings) -> String? {
        if let missing = missing([settings.conferenceProgram, CGIRunner.installedLauncher]) { return missing }
        return MachineAddress.outward() == nil
            ? "this machine has no address but loopback, where Janus does not listen" : nil
    }

    private static func missing(_ programs: [String]) -> String? {
        programs.first { !SystemFile.isExecutable($0) }.map { "\($0) is not installed" }
    }

    /// The administrator's, or one that is made once: what clients got before the server was started anew works on.
    static func secret(_ settings: CallSettings, folder: String) throws -> String {
        let file = settings.secretFile ?? folder + "/relay_secret"
        if settings.secretFile == nil, !SystemFile.exists(file) {
            try SystemFile.write(Array((RandomBytes.token(32) + "\n").utf8), to: file, mode: 0o600)
        }
        let text = String(decoding: try SystemFile.read(file, limit: 4096), as: UTF8.self)
        let secret = text.split(whereSeparator: \.isWhitespace)
        guard secret.count == 1, !secret[0].contains("#") else { throw EmptySecret(file: file) }
        return String(secret[0])
    }
}

/// The file of the relay's secret holds none.
struct EmptySecret: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file), the relay's secret, is to hold one word" }
}

extension RelayPort.Limits {
    init(_ configuration: ServerConfiguration) {
        self.init()
        relaysPerMember = configuration.calls.relaysPerMember
        // Those that begin, and those of clients that were cut off, count too.
        connections = configuration.calls.maximumRelays * 2
        connectionsPerAddress = configuration.http.connectionsPerAddress
    }
}

extension Conferences.Settings {
    init(_ settings: CallSettings) {
        self.init()
        size = settings.conferenceSize
        rate = settings.conferenceRate
    }
}
