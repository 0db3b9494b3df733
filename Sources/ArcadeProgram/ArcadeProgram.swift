import Arcade
import EventLoop
import Glibc
import HTTP
import Outbound
import Server
import StoreSQLite

/// The whole program: a command line in, an exit status out.
enum ArcadeProgram {
    /// 0: done. 1: it could not start. 2: the command line was wrong.
    static func run(_ words: [String]) -> Int32 {
        let options: ArcadeOptions
        do throws(ArcadeOptions.Wrong) {
            options = try ArcadeOptions(words)
        } catch {
            say("mado-arcade: \(error)\nTry `mado-arcade --help`.\n", to: STDERR_FILENO)
            return 2
        }
        if options.wantsHelp {
            say(ArcadeOptions.help + "\n", to: STDOUT_FILENO)
            return 0
        }
        do {
            try serve(options)
            return 0
        } catch {
            say("mado-arcade: \(error)\n", to: STDERR_FILENO)
            return 1
        }
    }

    private static func serve(_ options: ArcadeOptions) throws {
        // Before there is any thread, so that all inherit it.
        Signals.block()

        let log = Log(LogSink(options.log))
        try SystemFile.makeFolder(options.data, mode: 0o700)
        let group = try EventLoopGroup()
        var outbound = OutboundSettings()
        outbound.authorityFile = options.authority
        let arcade = try Arcade(
            try ArcadeDatabase(folder: options.data), folder: options.data + "/files",
            firstServers: options.firstServers, http: try HTTPClient(outbound), url: options.url, loop: group.loops[0],
            log: log)
        var routes = Routes()
        arcade.addRoutes(to: &routes)
        ArcadePage(firstServers: options.firstServers.map(\.publicURL)).addRoutes(to: &routes)
        let application = MatrixApplication(
            routes: routes, authenticator: arcade.authenticator,
            limiter: RateLimiter(limits: options.hasRateLimits ? limits : [:]),
            observer: RequestLog(log: log, metrics: Metrics()))
        let server = HTTPServer(
            configuration: try configuration(options), group: group, application: application)
        arcade.start()
        try server.start()
        log.info("ready", ["address": options.url])
        while Signals.next(within: nil) == .reload { try? server.reloadCertificates() }
        log.info("stopping")
        try Blocking.run {
            await arcade.stop()
            await server.shutdown(grace: .seconds(5))
        }
        group.shutdown()
    }

    /// By person, and for logging in by address.
    private static let limits: [RateLimitGroup: RateLimit] = [
        .login: RateLimit(perSecond: 0.5, burst: 30), .message: RateLimit(perSecond: 30, burst: 120),
        .general: RateLimit(perSecond: 2, burst: 60),
    ]

    private static func configuration(_ options: ArcadeOptions) throws -> HTTPServerConfiguration {
        var tls: TLSConfiguration?
        if options.listeners.contains(where: \.isSecure) {
            if let certificate = options.certificate, let key = options.key {
                tls = TLSConfiguration(certificateFile: certificate, keyFile: key)
            } else {
                var names = ServerConfiguration()
                names.listeners = options.listeners
                let authority = LocalAuthority(folder: options.data + "/certificates")
                _ = try authority.prepare(names: LocalAuthority.names(for: names))
                tls = TLSConfiguration(certificateFile: authority.certificateFile, keyFile: authority.keyFile)
            }
        }
        var configuration = HTTPServerConfiguration(
            listeners: options.listeners.compactMap { listener in
                PeerAddress(listener.host).map {
                    HTTPListener(address: $0, port: listener.port, tls: listener.isSecure ? tls : nil)
                }
            })
        configuration.trustedProxies = TrustedProxies(options.trustedProxies)
        configuration.limits.connections = 100_000
        return configuration
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
