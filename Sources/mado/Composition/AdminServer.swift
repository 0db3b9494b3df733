import EventLoop
import HTTP
import Server

/// The administrator's socket in the data folder. A server has it as long as it runs; commands open it for themselves
/// when there is no server.
struct AdminServer: Sendable {
    private let server: HTTPServer
    private let path: String

    /// - Parameter folder: locked by this process.
    init(
        _ capabilities: Capabilities, folder: DataFolder, health: Health, group: EventLoopGroup, observer: RequestLog
    ) {
        var routes = Routes()
        let serverName = capabilities.rooms.serverName
        capabilities.administration(.socket).addRoutes(to: &routes)
        routes.add(.get, "/health", authentication: .none, limit: .unlimited) { _ in .response(health.response()) }
        SecondServerAdministration(servers: capabilities.secondServers).addRoutes(to: &routes)
        MediaAdministration(
            journal: capabilities.journal, cleaning: capabilities.mediaCleaning, serverName: serverName,
            settings: capabilities.media.settings
        ).addRoutes(to: &routes)
        PortalAdministration(portal: capabilities.portal, roles: capabilities.roles, serverName: serverName)
            .addRoutes(to: &routes)
        ProviderAdministration(providers: capabilities.feedProviders).addRoutes(to: &routes)
        for provider in [
            ChannelAdministration(
                channels: capabilities.channels, live: capabilities.live, media: capabilities.media,
                portal: capabilities.portal),
            AnnouncementAdministration(boards: capabilities.boards, serverName: serverName),
            ApplicationAdministration(applications: capabilities.applications),
            InstructionAdministration(
                instructions: capabilities.instructions, portal: capabilities.portal, serverName: serverName,
                senderName: capabilities.portal.name),
        ] as [any RouteProviding] { provider.addRoutes(to: &routes) }
        path = folder.adminSocket
        server = HTTPServer(
            configuration: HTTPServerConfiguration(listeners: [HTTPListener(socketPath: path)]), group: group,
            application: MatrixApplication(
                routes: routes, authenticator: capabilities.sessions, limiter: RateLimiter(limits: [:]),
                observer: observer))
    }

    /// - Throws: `HTTPServerError` when the socket cannot be made.
    func start() throws(HTTPServerError) { try server.start() }

    /// Answers what was asked, and takes the socket away.
    func shutdown() async {
        await server.shutdown(grace: .seconds(5))
        SystemFile.remove(path)
    }
}
