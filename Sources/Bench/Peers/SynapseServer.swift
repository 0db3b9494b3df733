/// Synapse on SQLite, without limits of rates, in a folder of its own.
///
/// `@unchecked Sendable`: every use is on the loop.
final class SynapseServer: MatrixServer, @unchecked Sendable {
    let port: UInt16
    private let process: ChildProcess
    private let folder: TemporaryFolder

    /// Starts it and waits until it answers.
    static func start(_ bench: Bench) async throws -> SynapseServer {
        let server = try SynapseServer(bench)
        for _ in 0..<600 {
            guard server.process.isRunning else { throw BenchError("Synapse ended:\n\(server.process.logTail)") }
            if let client = try? SetupClient(bench.context, port: server.port),
                let answer = try? await client.request("GET", "/_matrix/client/versions"), answer.status == 200
            {
                return server
            }
            await bench.context.sleep(.milliseconds(100))
        }
        throw BenchError("Synapse does not answer:\n\(server.process.logTail)")
    }

    private init(_ bench: Bench) throws {
        folder = try TemporaryFolder(in: bench.folder, name: "synapse")
        port = try LoopbackPort.free()
        let file = folder.path + "/homeserver.yaml"
        try SystemCall.write(Self.configuration(folder: folder.path, port: port), to: file)
        try SystemCall.write(Self.logging, to: folder.path + "/log.yaml")
        let keys = try ChildProcess(
            [bench.synapse, "-c", file, "--generate-keys"], logFile: folder.path + "/keys.log")
        keys.wait()
        process = try ChildProcess([bench.synapse, "-c", file], logFile: folder.path + "/log")
    }

    deinit {
        process.stop()
    }

    var cpu: Double { ProcessUsage.cpu(of: [process.id]) }
    var privateMemory: Double { ProcessUsage.privateMemory(of: [process.id]) }

    private static let logging = """
        version: 1
        root: { level: ERROR, handlers: [] }
        disable_existing_loggers: true

        """

    /// Its defaults, but for limits of rates and for the cache that answers a repeated sync with the old answer.
    private static func configuration(folder: String, port: UInt16) -> String {
        let limits = [
            "rc_message", "rc_registration", "rc_registration_token_validity", "rc_admin_redaction", "rc_presence_user",
        ]
        let unlimited = "{ per_second: 1000000, burst_count: 1000000 }"
        let text = """
            server_name: localhost
            pid_file: \(folder)/pid
            listeners:
              - port: \(port)
                type: http
                bind_addresses: ["127.0.0.1"]
                resources: [{ names: [client] }]
            database: { name: sqlite3, args: { database: \(folder)/homeserver.db } }
            log_config: \(folder)/log.yaml
            media_store_path: \(folder)/media
            signing_key_path: \(folder)/signing.key
            report_stats: false
            suppress_key_server_warning: true
            trusted_key_servers: []
            enable_registration: true
            enable_registration_without_verification: true
            allow_guest_access: true
            bcrypt_rounds: 4
            caches: { sync_response_cache_duration: 0s }
            rc_joins: { local: \(unlimited), remote: \(unlimited) }
            rc_joins_per_room: \(unlimited)
            rc_login: { address: \(unlimited), account: \(unlimited), failed_attempts: \(unlimited) }
            rc_room_creation: \(unlimited)
            rc_invites: { per_room: \(unlimited), per_user: \(unlimited), per_issuer: \(unlimited) }

            """
        return text + limits.map { "\($0): \(unlimited)\n" }.joined()
    }
}
