import Arcade
import Server
import Store
import StoreSQLite

/// `mado-arcade` in a folder of its own, with joint sessions of two in which everybody is logged in.
///
/// `@unchecked Sendable`: every use is on the loop.
final class ArcadeServer: @unchecked Sendable {
    let port: UInt16
    private let process: ChildProcess
    private let folder: TemporaryFolder

    /// - Parameter sessions: Reversi; the players of session N are `token(N, seat: 0)` and `token(N, seat: 1)`.
    static func start(
        _ binary: String, in parent: String, sessions: Int, _ context: LoadContext
    ) async throws -> ArcadeServer {
        let server = try ArcadeServer(binary, in: parent, sessions: sessions)
        for _ in 0..<1000 {
            guard server.process.isRunning else { throw BenchError("mado-arcade ended:\n\(server.process.logTail)") }
            if let client = try? SetupClient(context, port: server.port),
                let answer = try? await client.request("GET", "/api/time"), answer.status == 200
            {
                return server
            }
            await context.sleep(.milliseconds(10))
        }
        throw BenchError("mado-arcade does not answer:\n\(server.process.logTail)")
    }

    private init(_ binary: String, in parent: String, sessions: Int) throws {
        folder = try TemporaryFolder(in: parent, name: "arcade")
        port = try LoopbackPort.free()
        try Self.fill(folder.path + "/data", sessions)
        try SystemCall.write("none\n", to: folder.path + "/token")
        process = try ChildProcess(
            [
                binary, "--data", folder.path + "/data", "--listen", "http://127.0.0.1:\(port)", "--no-rate-limits",
                "--first-server", "bench=http://127.0.0.1:1", "--token", "bench=\(folder.path)/token", "--log-level",
                "error",
                // All clients of the measurement have one address.
                "--trusted-proxy", "127.0.0.1",
            ], logFile: folder.path + "/arcade.log")
    }

    deinit { process.stop() }

    var cpu: Double { ProcessUsage.cpu(of: [process.id]) }
    var privateMemory: Double { ProcessUsage.privateMemory(of: [process.id]) }

    static func token(_ session: Int, seat: Int) -> String { "bench-token-\(session)-\(seat)" }
    static func name(_ session: Int) -> String { "bench-session-\(session)" }
    private static func person(_ session: Int, seat: Int) -> String { "@player\(session)-\(seat):bench" }

    /// Writes what people would have brought about: logins, and sessions that both have entered.
    private static func fill(_ folder: String, _ sessions: Int) throws {
        let database = try ArcadeDatabase(folder: folder)
        try database.begin()
        for session in 0..<sessions {
            let people = (0..<2).map { person(session, seat: $0) }
            for (seat, person) in people.enumerated() {
                try database.insert(
                    StoredArcadeLogin(
                        hash: TokenHash(of: token(session, seat: seat)), person: person,
                        expires: 4_000_000_000_000))
            }
            let launch = SessionLaunch.JointSession(
                id: name(session), activity: Reversi.kind, creator: people[0], members: people)
            try database.set(
                StoredArcadeSession(
                    id: name(session), activity: Reversi.kind, creator: people[0], isJoint: true,
                    options: Array(#"{"side":"first"}"#.utf8), seed: 1, created: 0, launch: launch.json,
                    cards: Array("[]".utf8)))
            for (number, person) in people.enumerated() {
                try database.insert(
                    StoredArcadeEntry(number: number, person: person, text: "enter", time: 0), in: name(session))
            }
        }
        try database.commit()
    }
}
