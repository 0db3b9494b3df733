/// The time from a send until the other's waiting sync has returned, as poll and as stream, when nothing else happens
/// and under load, beside one commit.
struct Wakes {
    private static let probesPerSecond = 100.0
    private static let loadShare = 0.3
    private static let loadSenders = 32
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    /// Histograms of all rounds together: a round alone has too few for a p99.
    private struct Figures {
        var commit = LatencyHistogram()
        var answered = LatencyHistogram()
        var idle: [WakeProbe.Kind: LatencyHistogram] = [.poll: LatencyHistogram(), .stream: LatencyHistogram()]
        var loaded: [WakeProbe.Kind: LatencyHistogram] = [.poll: LatencyHistogram(), .stream: LatencyHistogram()]
        var load = LatencyHistogram()
        var loadRate = 0.0
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        let client = try SetupClient(bench.context, port: mado.port)
        let sender = try await Member.register("sender", client)
        let receiver = try await Member.register("receiver", client)
        let room = try await sender.makeRoom(client)
        try await receiver.join(room, client)
        let crowd = try await Member.register("crowd", client)
        let elsewhere = try await crowd.makeRoom(client)
        let folder = try TemporaryFolder(in: bench.folder, name: "raw")
        let raw = try RawCommits(folder: folder.path, row: [UInt8](repeating: 0x6D, count: 400))
        let probe = WakeProbe(bench, port: mado.port, room: room, sender: sender, receiver: receiver)
        let noise = MessageRequests(room: elsewhere, token: crowd.token, name: "noise-")

        var figures = Figures()
        figures.loadRate = Self.loadShare * (try await capacity(mado, noise))
        for round in 1...bench.rounds {
            bench.progress("wake: round \(round) of \(bench.rounds)")
            figures.commit.add(try raw.paced(perSecond: Self.probesPerSecond, duration: bench.round))
            for kind in [WakeProbe.Kind.poll, .stream] {
                let idle = try await probe.run(kind, "i\(round)", perSecond: Self.probesPerSecond)
                figures.idle[kind]?.add(idle.woken)
                figures.answered.add(idle.answered)
                let name = "n\(round)-\(kind.rawValue)-"
                let messages = MessageRequests(room: elsewhere, token: crowd.token, name: name)
                let load = try PacedLoad(
                    bench.context, port: mado.port, connections: Self.loadSenders, perSecond: figures.loadRate
                ) { sequence, _ in messages.request(sequence) }
                let loaded = try await probe.run(kind, "l\(round)", perSecond: Self.probesPerSecond)
                try await load.stop()
                figures.loaded[kind]?.add(loaded.woken)
                figures.load.add(load.latencies)
            }
        }
        return result(figures)
    }

    /// Sends a second that the server answers at most.
    private func capacity(_ mado: MadoServer, _ messages: MessageRequests) async throws -> Double {
        try await bench.closedLoop(
            port: mado.port, clients: Self.loadSenders, duration: .seconds(1), cpu: { 0 },
            makeRequest: { _, sequence in messages.request(sequence) }
        ).perSecond
    }

    private func result(_ figures: Figures) -> WorkResult {
        var result = WorkResult(
            title: "From a send until the other's waiting sync returns",
            method: """
                \(NumberText.fixed(Self.probesPerSecond, 0)) messages a second, each timed from when it was meant to be \
                sent until the receiver has it. Under load: \(NumberText.fixed(figures.loadRate, 0)) sends a second in \
                another room besides, \(NumberText.fixed(Self.loadShare * 100, 0))% of what the server takes from \
                \(Self.loadSenders) senders. The peer is one commit of SQLite alone at the same rate.
                """)
        let commit = figures.commit
        for kind in [WakeProbe.Kind.poll, .stream] {
            guard let idle = figures.idle[kind], let loaded = figures.loaded[kind] else { continue }
            let beyond = Double(idle.quantile(0.5)) - Double(commit.quantile(0.5))
            result.findings.append(
                Finding(
                    "\(kind.title), nothing else happens", ours: Self.text(idle), peer: Self.text(commit),
                    ratio: (beyond < 0 ? "" : "+") + NumberText.milliseconds(beyond),
                    goal: "p50 within 1 ms of the commit",
                    isMet: beyond <= 1e6))
            result.findings.append(
                Finding(
                    "\(kind.title), under load", ours: Self.text(loaded), peer: "", goal: "p99 under 5 ms",
                    isMet: loaded.quantile(0.99) < 5_000_000))
        }
        result.notes = [
            "The sender's own answer when nothing else happens: \(Self.text(figures.answered)).",
            "The answers to the load: \(Self.text(figures.load)).",
        ]
        return result
    }

    private static func text(_ histogram: LatencyHistogram) -> String {
        "p50 \(NumberText.milliseconds(Double(histogram.quantile(0.5)))), "
            + "p99 \(NumberText.milliseconds(Double(histogram.quantile(0.99))))"
    }
}
