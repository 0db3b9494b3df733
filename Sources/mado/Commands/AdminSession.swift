import EventLoop
import Server
import StoreSQLite

/// A data folder that can be administered: through the server that runs in it, or by opening it for the moment.
enum AdminSession {
    /// Runs `body` with a client of the folder's socket.
    /// - Throws: `AdminError`, `DataFolderError`, and what opening the folder throws.
    static func with(_ configuration: ServerConfiguration, _ body: (AdminClient) throws -> Void) throws {
        let folder = DataFolder(path: configuration.dataFolder)
        let client = AdminClient(socketPath: folder.adminSocket)
        if folder.holder() != nil { return try body(client) }

        try folder.prepare(serverName: configuration.serverName)
        let lock = try DataFolderLock(folder)
        defer { withExtendedLifetime(lock) {} }
        let store = try SQLiteStore(folder: folder.path)
        defer { store.close() }
        let group = try EventLoopGroup(count: 1)
        defer { group.shutdown() }
        let metrics = Metrics()
        let log = Log(LogSink(LogSettings()))
        let capabilities = try Capabilities(
            configuration, store: store, mediaFolder: folder.mediaFolder, loops: group.loops,
            limiter: RateLimiter(limits: [:]), metrics: metrics, log: log)
        let server = AdminServer(
            capabilities, folder: folder, health: Health { .working }, group: group,
            observer: RequestLog(log: log, metrics: metrics))
        try server.start()
        defer {
            // Neither can fail; the commands' own failure is what is told.
            _ = try? Blocking.run {
                await server.shutdown()
                await capabilities.journal.close()
            }
        }
        try body(client)
    }
}
