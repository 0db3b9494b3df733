import JSON

/// `mado serve` in a folder of its own.
///
/// `@unchecked Sendable`: every use is on the loop.
final class MadoServer: @unchecked Sendable {
    let port: UInt16
    let securePort: UInt16
    private(set) var process: ChildProcess
    private let binary: String
    private let folder: TemporaryFolder
    private let data: String
    private let context: LoadContext

    /// Starts it and waits until it answers.
    /// - Parameter data: what it keeps is there, and stays; nil for a folder that goes with the server.
    static func start(
        _ binary: String, in folder: String, data: String? = nil, _ context: LoadContext
    ) async throws -> MadoServer {
        let server = try MadoServer(binary, in: folder, data, context)
        try await server.waitUntilReady()
        return server
    }

    private init(_ binary: String, in parent: String, _ data: String?, _ context: LoadContext) throws {
        self.binary = binary
        self.context = context
        folder = try TemporaryFolder(in: parent, name: "mado")
        self.data = data ?? folder.path + "/data"
        port = try LoopbackPort.free()
        securePort = try LoopbackPort.free()
        // All clients of the measurement have one address and one thread, which takes its time when all come at once. nginx
        // waits as long by itself.
        try SystemCall.write(
            """
            [http]
            connections_per_address = 100000
            [http.deadlines]
            handshake = "60s"
            headers = "60s"
            [media]
            maximum_upload = "4 GiB"

            """, to: folder.path + "/mado.toml")
        process = try ChildProcess(
            Self.command(binary, folder.path, self.data, port, securePort), logFile: folder.path + "/mado.log")
    }

    deinit {
        process.stop()
    }

    /// Ends the process and starts another one on the same data.
    func restart() async throws {
        process.stop()
        process = try ChildProcess(
            Self.command(binary, folder.path, data, port, securePort), logFile: folder.path + "/mado.log")
        try await waitUntilReady()
    }

    var cpu: Double { ProcessUsage.cpu(of: [process.id]) }
    var privateMemory: Double { ProcessUsage.privateMemory(of: [process.id]) }

    private static func command(
        _ binary: String, _ folder: String, _ data: String, _ port: UInt16, _ securePort: UInt16
    ) -> [String] {
        [
            binary, "serve", "--config", folder + "/mado.toml", "--data", data, "--server-name", "localhost",
            "--listen", "http://127.0.0.1:\(port)", "--listen", "https://127.0.0.1:\(securePort)", "--registration",
            "open",
            "--guests", "--no-rate-limits", "--log-level", "warning",
        ]
    }

    private func waitUntilReady() async throws {
        for _ in 0..<1000 {
            guard process.isRunning else { throw BenchError("mado serve ended:\n\(process.logTail)") }
            if let client = try? SetupClient(context, port: port),
                let answer = try? await client.request("GET", "/_matrix/client/versions"), answer.status == 200
            {
                return
            }
            await context.sleep(.milliseconds(10))
        }
        throw BenchError("mado serve does not answer:\n\(process.logTail)")
    }
}
