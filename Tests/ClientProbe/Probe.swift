import ClientKit
import JSON

/// Carries out the commands:
///
/// - `network`: `proxy` (`system`, `none`, `manual`, `automatic`), `url`, `user`, `password`, `authority`
/// - `find`: `name`
/// - `request`: `url`, `method`, `token`, `body`, `file` (sent), `to` (where the answer goes),
///   `timeout` in milliseconds
/// - `sync`: `base`, `token`, `mado`, `since`, `memory` (a file), `mode` (`continuous`, minutes), and in milliseconds or
///   seconds what of `SyncTiming` is to be shorter
/// - `changed`, `reconnect`, `stop`
/// - `monitor`: tells from now on when the network changes
/// - `secret`: `folder`, `name`, `value`
/// - `relay`: `base`, `token`: a call's forwarder; `relay-state`, `relay-end`
final class Probe {
    private var transport: CurlTransport?
    private var connection: SyncConnection?
    private var monitor: NetworkMonitor?
    private var forwarder: TURNForwarder?

    func take(_ line: String) async {
        do {
            let command = try JSONValue.parse(Array(line.utf8))
            switch command.string("do") {
            case "network": try configure(command)
            case "find": try await find(command)
            case "request": try await request(command)
            case "sync": try await sync(command)
            case "changed": connection?.networkChanged()
            case "reconnect": connection?.reconnectNow()
            case "stop": await stop()
            case "monitor": watch()
            case "secret": try secret(command)
            case "relay": try await relay(command)
            case "relay-state": tellRelay()
            case "relay-end":
                forwarder?.stop()
                tellRelay()
            default: Output.line { $0.member("error", "unknown command") }
            }
        } catch {
            Output.error(error)
        }
    }

    func end() async { await connection?.stop() }

    private func current() throws -> CurlTransport {
        if let transport { return transport }
        let new = try CurlTransport()
        transport = new
        return new
    }

    private func configure(_ command: JSONValue) throws {
        let url = command.string("url") ?? ""
        let proxy: NetworkSettings.Proxy =
            switch command.string("proxy") {
            case "none": .none
            case "manual": .manual(url: url)
            case "automatic": .automatic(url: url)
            default: .system
            }
        let settings = NetworkSettings(
            proxy: proxy, proxyUser: command.string("user"), proxyPassword: command.string("password"),
            authorityFile: command.string("authority"))
        if let transport { try transport.apply(settings) } else { transport = try CurlTransport(settings) }
        Output.line { $0.member("network", "\(settings)") }
    }

    private func find(_ command: JSONValue) async throws {
        let server = try await Discovery.find(command.string("name") ?? "", transport: current())
        Output.line { line in
            line.member("found", server.baseURL)
            line.member("name", server.serverName)
            line.member("mado", server.isMado)
            line.member("registration", "\(server.registration)")
            line.array("flows") { list in for flow in server.loginFlows { list.value(flow) } }
        }
    }

    private func request(_ command: JSONValue) async throws {
        var request = ClientRequest(
            command.string("method") ?? "GET", command.string("url") ?? "",
            timeout: .milliseconds(command["timeout"]?.int ?? 20_000))
        if let token = command.string("token") { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let body = command.string("body") { request.body = .bytes(Array(body.utf8)) }
        if let file = command.string("file") { request.body = .file(path: file) }
        if let path = command.string("to") { request.destination = .file(path: path) }
        let response = try await current().send(request)
        let proxy = await (try current()).proxy(for: request.url)
        Output.line { line in
            line.member("status", Int64(response.status))
            line.member("body", String(decoding: response.body.prefix(4000), as: UTF8.self))
            line.member("proxy", proxy ?? "")
        }
    }

    private func sync(_ command: JSONValue) async throws {
        await stop()
        let mode: ConnectionMode = command["mode"]?.int.map { .interval(minutes: Int($0)) } ?? .continuous
        connection = SyncConnection(
            baseURL: command.string("base") ?? "", accessToken: command.string("token") ?? "",
            isMado: command["mado"]?.bool ?? true, transport: try current(),
            sink: ProbeSink(since: command.string("since")),
            memory: FileNetworkMemory(path: command.string("memory") ?? "/nonexistent/memory"), mode: mode,
            timing: Self.timing(command)
        ) { report in
            Output.line { line in
                line.member("state", "\(report.state)")
                line.member("proxy", report.proxy ?? "")
            }
        }
        connection?.start()
    }

    private static func timing(_ command: JSONValue) -> SyncTiming {
        var timing = SyncTiming()
        func milliseconds(_ name: String) -> Duration? { command[name]?.int.map { .milliseconds($0) } }
        if let value = milliseconds("streamOpening") { timing.streamOpening = value }
        if let value = milliseconds("streamSilence") { timing.streamSilence = value }
        if let value = milliseconds("streamWorthwhile") { timing.streamWorthwhile = value }
        if let value = milliseconds("answerSlack") { timing.answerSlack = value }
        if let value = milliseconds("meaningfulCut") { timing.meaningfulCut = value }
        if let value = milliseconds("betterAfter") { timing.betterAfter = value }
        if let value = milliseconds("firstRetry") { timing.firstRetry = value }
        if let value = milliseconds("longestRetry") { timing.longestRetry = value }
        if let value = command["pollSeconds"]?.int { timing.pollSeconds = Int(value) }
        if let value = command["shortestPollSeconds"]?.int { timing.shortestPollSeconds = Int(value) }
        return timing
    }

    private func stop() async {
        guard let connection else { return }
        await connection.stop()
        self.connection = nil
        Output.line { $0.member("stopped", true) }
    }

    private func watch() {
        monitor = NetworkMonitor { [connection] in
            Output.line { $0.member("changed", NetworkIdentity.current()) }
            connection?.networkChanged()
        }
        Output.line { $0.member("monitoring", monitor != nil) }
    }

    private func relay(_ command: JSONValue) async throws {
        let client = MatrixClient(
            baseURL: command.string("base") ?? "", transport: try current(), accessToken: command.string("token"))
        guard let server = try await TURNServerCache(client: client).turnServer() else {
            return Output.line { $0.member("error", "no relay") }
        }
        let new = TURNForwarder(transport: try current(), server: server)
        let port = try new.start()
        forwarder = new
        let way = await new.way()
        Output.line { line in
            line.member("port", Int64(port))
            line.member("uri", new.localURI())
            line.member("username", server.username)
            line.member("password", server.password)
            line.member("way", way)
        }
    }

    private func tellRelay() {
        Output.line { line in
            line.member("problem", forwarder?.lastProblem.map { "\($0)" } ?? "")
            line.member("connections", Int64(forwarder?.connectionCount ?? 0))
        }
    }

    private func secret(_ command: JSONValue) throws {
        let store = SecretStores.default(folder: command.string("folder") ?? "")
        let name = command.string("name") ?? ""
        if let value = command["value"] { try store.setSecret(value.string, for: name) }
        let secret = try store.secret(name)
        Output.line { line in
            line.member("secret", secret ?? "")
            line.member("store", "\(type(of: store))")
        }
    }
}
