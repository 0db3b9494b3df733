import Server

/// Calls as they are configured: the relay, and what leads to it.
struct CallCapabilities: Sendable {
    /// nil: there is no relay here.
    let port: RelayPort?
    let endpoint: RelayEndpoint
    private let relay: RelayProcess?
    private let log: Log

    /// - Throws: `SystemError` when the secret's file cannot be read; `EmptySecret`.
    init(_ configuration: ServerConfiguration, metrics: Metrics, clock: WallClock, log: Log) throws {
        let settings = configuration.calls
        self.log = log
        let credentials = RelayCredentials(
            secret: try Self.secret(settings), realm: String(ServerConfiguration.host(of: configuration.serverName)))
        let launcher = CGIRunner.installedLauncher
        let missing = settings.isEnabled ? Self.missing(settings, launcher: launcher) : nil
        guard settings.isEnabled, missing == nil || !settings.uris.isEmpty else {
            if let missing { log.info("no relay for calls", ["reason": missing]) }
            (port, relay) = (nil, nil)
            endpoint = RelayEndpoint(settings, port: nil, ownURI: nil, clock: clock)
            return
        }
        let port = RelayPort(
            destinations: RelayDestinations(networks: settings.allowedNetworks), credentials: credentials,
            limits: RelayPort.Limits(settings))
        endpoint = RelayEndpoint(
            settings, port: port, ownURI: RelayEndpoint.uri(configuration), clock: clock)
        port.figures.register(in: metrics)
        metrics.observe("mado_relays", .gauge, "Relays that members have.") { Double(port.relayCount) }
        relay =
            missing == nil
            ? RelayProcess(
                settings, port: port, conferenceAddress: nil, folder: configuration.dataFolder + "/calls",
                launcher: launcher, log: log) : nil
        self.port = port
    }

    func start() { relay?.start() }

    /// Returns when what it started has ended.
    func stop() async { await relay?.stop() }

    /// What the relay needs and is not there; nil when all is.
    static func missing(_ settings: CallSettings, launcher: String) -> String? {
        if !SystemFile.isExecutable(settings.relayProgram) { return "\(settings.relayProgram) is not installed" }
        return SystemFile.isExecutable(launcher) ? nil : "\(launcher) is not installed"
    }

    private static func secret(_ settings: CallSettings) throws -> String {
        guard let file = settings.secretFile else { return RandomBytes.token(32) }
        let text = String(decoding: try SystemFile.read(file, limit: 4096), as: UTF8.self)
        let secret = text.split(whereSeparator: \.isWhitespace)
        guard secret.count == 1, !secret[0].contains("#") else { throw EmptySecret(file: file) }
        return String(secret[0])
    }
}

/// The file of the relay's secret holds none.
struct EmptySecret: Error, CustomStringConvertible {
    let file: String
    var description: String { "calls.secret_file: \(file) is to hold one word" }
}

extension RelayPort.Limits {
    init(_ settings: CallSettings) {
        self.init()
        relaysPerMember = settings.relaysPerMember
        // Beginning ones and those of clients that were cut off count too.
        connections = settings.maximumRelays * 2
    }
}
