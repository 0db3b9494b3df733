import EventLoop

/// What every work needs.
struct Bench: Sendable {
    let server: String
    let arcade: String
    let nginx: String
    let synapse: String
    let folder: String
    let round: Duration
    let rounds: Int
    let idleMembers: Int
    /// Of one large room, or connected at once.
    let members: Int
    /// Of a large store.
    let events: Int
    let sessions: Int
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
        case .synapse: try await BesideSynapse(self).run()
        case .fanout: try await FanOut(self).run()
        case .presence: try await PresenceChanges(self).run()
        case .media: try await MediaTransfer(self).run()
        case .storm: try await ReconnectionStorm(self).run()
        case .large: try await LargeStore(self).run()
        case .growth: try await Growth(self).run()
        case .sessions: try await JointSessions(self).run()
        }
    }

    /// Says on the terminal how far it is.
    func progress(_ text: String) { Terminal.complain(text) }
}
