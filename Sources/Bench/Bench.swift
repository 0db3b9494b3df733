import EventLoop

/// What every work needs.
struct Bench: Sendable {
    let server: String
    let nginx: String
    let folder: String
    let round: Duration
    let rounds: Int
    let idleMembers: Int
    let context: LoadContext

    /// Before a round counts.
    let warmUp = Duration.milliseconds(300)

    func startMado() async throws -> MadoServer {
        try await MadoServer.start(server, in: folder, context)
    }

    func run(_ work: BenchWork) async throws -> WorkResult {
        switch work {
        case .small: try await SmallAnswers(self).run()
        case .sends: try await DurableSends(self).run()
        case .wake: try await Wakes(self).run()
        case .idle: try await IdleConnections(self).run()
        }
    }

    /// Says on the terminal how far it is.
    func progress(_ text: String) { Terminal.complain(text) }
}
