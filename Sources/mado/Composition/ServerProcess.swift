import EventLoop
import Glibc
import HTTP
import MatrixAPI
import Server
import Store
import StoreSQLite

/// A server from its configuration to its end. Started and stopped by the main thread.
final class ServerProcess {
    private(set) var configuration: ServerConfiguration
    let log: Log
    private let sink: LogSink
    private let folder: DataFolder
    private let lock: DataFolderLock
    private let certificates: CertificateSource
    private let group: EventLoopGroup
    private let store: SQLiteStore
    let capabilities: Capabilities
    private let health: JournalHealth
    private let server: HTTPServer
    private let metricsServer: HTTPServer?
    private let admin: AdminServer

    /// Builds everything and opens all sockets.
    /// - Throws: `DataFolderError`, `CertificateError`, `StoreError`, `EventLoopError`, `HTTPServerError`,
    ///   `PortError`: what stands in the way of the start.
    init(_ configuration: ServerConfiguration, sink: LogSink) throws {
        self.configuration = configuration
        self.sink = sink
        log = Log(sink)
        folder = DataFolder(path: configuration.dataFolder)
        try folder.prepare(serverName: configuration.serverName)
        lock = try DataFolderLock(folder)
        try PortError.check(configuration)
        certificates = CertificateSource(configuration: configuration, log: log)
        let tls = try certificates.prepare()

        let group = try EventLoopGroup()
        let limiter = RateLimiter(limits: configuration.limits.byGroup)
        let store = try SQLiteStore(folder: folder.path)
        let metrics = Metrics()
        let capabilities = try Capabilities(
            configuration, store: store, mediaFolder: folder.mediaFolder, loops: group.loops, limiter: limiter,
            metrics: metrics, log: log)
        try Blocking.run {
            try await capabilities.presence.restore()
            try await capabilities.delayedEvents.restore()
            try await capabilities.startServices()
            try await capabilities.startSending()
            try await capabilities.deliveries.start()
        }
        do {
            try Blocking.run { [portal = capabilities.portal] in try await portal.prepare() }
            try Blocking.run { [capabilities] in try await capabilities.startPortal() }
        } catch let error as MatrixError {
            log.error("there is no portal", ["reason": error.message])
        }
        let health = JournalHealth { [journal = capabilities.journal] in journal.statistics }
        let requestLog = RequestLog(log: log, metrics: metrics)
        let authority = certificates.authorityForClients()
        let pages = ServerPages(
            landing: LandingPage(
                .init(
                    baseURL: configuration.publicURL, serverName: configuration.serverName,
                    registration: configuration.registration.policy, authorityFingerprint: authority?.fingerprint,
                    isDemo: configuration.isDemo)),
            authority: authority?.file, health: Health { health.state })
        let application = MatrixApplication(
            routes: capabilities.routes(with: pages), authenticator: capabilities.sessions,
            services: capabilities.serviceAuthentication, limiter: limiter,
            observer: requestLog)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(configuration, tls: tls, sharedPort: capabilities.calls.port),
            group: group, application: application)
        metrics.observeHTTP { server.statistics }
        metrics.observeJournal(capabilities.journal)
        metrics.observe("mado_members_connected", .gauge, "Members who are connected.") {
            [presence = capabilities.presence] in
            Double(presence.connectedCount)
        }
        metrics.observe("mado_syncs_waiting", .gauge, "Polls and streams that wait for something to happen.") {
            Double(capabilities.waitingCount)
        }
        Self.observe(capabilities.feedProviders, in: metrics)
        if geteuid() == 0, configuration.providers.user == nil {
            log.warning("programs of providers would run as root; set providers.user")
        }
        ProcessFigures.register(in: metrics, version: ServerVersion.string)

        self.group = group
        self.store = store
        self.capabilities = capabilities
        self.health = health
        self.server = server
        admin = AdminServer(
            capabilities, folder: folder, health: Health { health.state }, group: group, observer: requestLog)
        metricsServer = configuration.metrics.listener.flatMap { listener in
            PeerAddress(listener.host).map { address in
                HTTPServer(
                    configuration: HTTPServerConfiguration(listeners: [
                        HTTPListener(address: address, port: listener.port)
                    ]),
                    group: group, application: MetricsApplication(metrics))
            }
        }
    }

    private static func observe(_ providers: Providers, in metrics: Metrics) {
        metrics.observe("mado_provider_runs_total", .counter, "Runs of feeds' providers.") {
            Double(providers.figures.runs)
        }
        metrics.observe("mado_provider_failures_total", .counter, "Runs of feeds' providers that failed.") {
            Double(providers.figures.failures)
        }
        metrics.observe("mado_providers_failing", .gauge, "Providers whose last run failed.") {
            Double(providers.figures.failing)
        }
    }

    /// Begins to serve.
    /// - Throws: `HTTPServerError` when a listener cannot be opened.
    func start() throws(HTTPServerError) {
        try admin.start()
        try metricsServer?.start()
        try server.start()
        capabilities.calls.start()
        for listener in configuration.listeners { log.info("serving", ["address": listener.description]) }
        if let metrics = configuration.metrics.listener {
            log.info("serving figures", ["address": "\(metrics)/metrics"])
        }
        if certificates.isLocal, configuration.listeners.contains(where: \.isSecure) {
            log.info("clients must trust the local authority", ["certificate": certificates.authorityFile])
        }
    }

    /// Reads certificates again, and takes the reloadable settings of a new configuration.
    func reload(_ new: ServerConfiguration) {
        let changed = ConfigurationKeys.all.filter { $0.render(new) != $0.render(configuration) }
        let waiting = changed.filter { !$0.isReloadable }.map(\.name)
        if !waiting.isEmpty {
            log.warning("these settings wait for a restart", ["keys": waiting.joined(separator: ", ")])
        }
        sink.setLevel(new.log.level)
        capabilities.limiter.replaceLimits(new.limits.byGroup)
        configuration.log.level = new.log.level
        configuration.limits = new.limits
        configuration.tls.extraNames = new.tls.extraNames
        renewCertificates()
        log.info("reloaded", ["changed": changed.map(\.name).joined(separator: ", ")])
    }

    /// Makes a new certificate where Mado makes it and the time has come, and has the listeners read theirs again.
    func renewCertificates() {
        do {
            _ = try CertificateSource(configuration: configuration, log: log).prepare()
            try server.reloadCertificates()
        } catch {
            log.error("certificates could not be loaded; those in use stay", ["reason": "\(error)"])
        }
    }

    /// Answers those who wait, lets requests end, writes what is pending, closes the store. Returns when that is done.
    func stop() {
        log.info("stopping")
        capabilities.feedProviders.stop()
        health.stop()
        capabilities.endWaiting()
        capabilities.stopServices()
        let grace = configuration.http.shutdownGrace
        // Nothing in it throws.
        _ = try? Blocking.run { [server, metricsServer, admin, capabilities] in
            await server.shutdown(grace: grace)
            await metricsServer?.shutdown(grace: .seconds(1))
            await admin.shutdown()
            await capabilities.calls.stop()
            capabilities.sessions.flush()
            await capabilities.journal.close()
        }
        store.close()
        group.shutdown()
        log.info("stopped")
    }
}

/// A listener's port that somebody else has. Asked before the start, since sockets that share a port between loops
/// would also share it with another server of the same user.
struct PortError: Error, CustomStringConvertible {
    let description: String

    static func check(_ configuration: ServerConfiguration) throws(PortError) {
        for finding in Doctor(configuration: configuration).ports() where finding.severity == .problem {
            throw PortError(description: "\(finding.message). \(finding.advice ?? "")")
        }
    }
}
