import Arcade
import JSON

/// Joint sessions at the arcade with a move each second: what a move costs, and how soon it is answered and at the other.
///
/// `@unchecked Sendable`: every use is on the loop.
final class JointSessions: @unchecked Sendable {
    private static let connections = 256
    /// A game of Reversi has at most 60 moves; a round ends before.
    private static let longest = Duration.seconds(50)

    private let bench: Bench
    private let sessions: Int
    private var begun: [UInt64]
    private var heard = LatencyHistogram()
    private var failure: String?

    init(_ bench: Bench) {
        self.bench = bench
        sessions = bench.sessions
        begun = Array(repeating: 0, count: sessions)
    }

    func run() async throws -> WorkResult {
        bench.progress("sessions: \(sessions) with a move each second")
        let moves = try Self.game()
        let arcade = try await ArcadeServer.start(
            bench.arcade, in: bench.folder, sessions: sessions, bench.context)
        let streams = try await listen(arcade)
        let before = heard.count
        let cpu = arcade.cpu
        let start = SystemCall.now()
        let load = try PacedLoad(
            bench.context, port: arcade.port, connections: Self.connections, perSecond: Double(sessions)
        ) { [self] sequence, intended in
            let session = (sequence - 1) % sessions
            let number = (sequence - 1) / sessions
            begun[session] = intended
            return Self.request(session, number, moves[number])
        }
        await bench.context.sleep(min(bench.round * Double(bench.rounds) + .seconds(4), Self.longest))
        try await load.stop()
        let seconds = Double(SystemCall.now() - start) / 1e9
        await bench.context.sleep(.milliseconds(500))
        let used = arcade.cpu - cpu
        for stream in streams { stream.close() }
        if let failure { throw BenchError(failure) }
        let answers = load.latencies
        return result(answers, used, seconds, heard.count - before, arcade.privateMemory)
    }

    private func result(
        _ answers: LatencyHistogram, _ cpu: Double, _ seconds: Double, _ heardCount: Int, _ memory: Double
    ) -> WorkResult {
        let perMove = cpu / Double(max(1, answers.count))
        var result = WorkResult(
            title: "Joint sessions with a move each second",
            method: """
                \(NumberText.fixed(Double(sessions), 0)) joint sessions of Reversi at `mado-arcade`, in each a move a \
                second, over \(Self.connections) connections; the second player of each holds an event stream. A move is \
                on the disk when it is answered. CPU is the arcade's, streams included; times count from when a move was \
                meant to be made.
                """)
        result.findings.append(
            Finding(
                "CPU of a move", ours: "\(NumberText.short(perMove)) µs", peer: "", goal: "", isMet: nil))
        result.findings.append(
            Finding(
                "a move answered", ours: Self.text(answers), peer: "", goal: "p99 under 100 ms",
                isMet: answers.quantile(0.99) < 100_000_000))
        result.findings.append(
            Finding("a move at the other player", ours: Self.text(heard), peer: "", goal: "", isMet: nil))
        result.notes = [
            """
            \(answers.count) moves in \(NumberText.fixed(seconds, 1)) s, \(heardCount) events at the other players, \
            \(NumberText.fixed(memory / 1_048_576, 0)) MiB of the arcade's own memory.
            """
        ]
        return result
    }

    private static func text(_ histogram: LatencyHistogram) -> String {
        "p50 \(NumberText.milliseconds(Double(histogram.quantile(0.5)))), "
            + "p99 \(NumberText.milliseconds(Double(histogram.quantile(0.99))))"
    }

    /// Opens the second players' streams.
    private func listen(_ arcade: ArcadeServer) async throws -> [ClientConnection] {
        var streams: [ClientConnection] = []
        for session in 0..<sessions {
            let stream = try bench.context.connect(arcade.port)
            stream.onFailure = { [unowned self] in failure = failure ?? $0 }
            stream.onAnswer = { [unowned self] status, _ in failure = failure ?? "a stream ended with \(status)" }
            stream.onPart = { [unowned self] _ in
                guard begun[session] > 0 else { return }
                heard.record(SystemCall.now() - begun[session])
            }
            stream.send(
                RequestBytes.make("GET", "/api/events", token: ArcadeServer.token(session, seat: 1)))
            streams.append(stream)
            if session % 50 == 49 { await bench.context.sleep(.milliseconds(10)) }
        }
        await bench.context.sleep(.seconds(1))
        return streams
    }

    private static func request(_ session: Int, _ number: Int, _ move: (seat: Int, text: String)) -> [UInt8] {
        let body = Array(#"{"entry":"move \#(move.text)","n":\#(number + 2)}"#.utf8)
        return RequestBytes.make(
            "POST", "/api/sessions/\(ArcadeServer.name(session))", token: ArcadeServer.token(session, seat: move.seat),
            body: body)
    }

    /// A game that the program plays against itself.
    private static func game() throws -> [(seat: Int, text: String)] {
        var game = try Reversi(options: try JSONValue.parse(Array("{}".utf8)), seed: 1, seats: 2)
        var moves: [(seat: Int, text: String)] = []
        while let turn = game.turn, let move = game.bestMove(seed: UInt64(moves.count)) {
            try game.play(move, by: turn, at: 0)
            moves.append((turn, move))
        }
        return moves
    }
}
