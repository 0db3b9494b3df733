import EventLoop

/// All members come back at once after a restart of the server, over TLS, while somebody goes on sending.
struct ReconnectionStorm {
    private static let sendsPerSecond = 20.0
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let count = bench.members
        let mado = try await bench.startMado()
        bench.progress("storm: \(count) members")
        let crowd = try await LargeRoom(of: count, on: mado, bench)
        let requests = crowd.tokens.map {
            SyncAnswerText.poll(since: crowd.since, token: $0, filter: SyncAnswerText.lightFilter)
        }
        let tls = try TLSClient()
        bench.progress("storm: the server starts again")
        try await mado.restart()
        let messages = MessageRequests(room: crowd.room, token: crowd.sender.token, name: "storm-")
        // On a thread of its own: the one that shakes hands with everybody is late by itself.
        let sender = LoadContext(loop: try EventLoopGroup(count: 1, name: "sends").next())
        let load = try await withTaskExecutorPreference(sender.loop) {
            try PacedLoad(
                sender, port: mado.port, connections: 8, perSecond: Self.sendsPerSecond
            ) { sequence, _ in messages.request(sequence) }
        }
        let outcome: Result<Figures, any Error>
        do {
            outcome = .success(try await storm(mado.securePort, requests, tls, cpu: { mado.cpu }))
        } catch {
            outcome = .failure(error)
        }
        try await withTaskExecutorPreference(sender.loop) { try await load.stop() }
        let ours = try outcome.get()
        mado.process.stop()

        bench.progress("storm: nginx")
        let nginx = try await NginxServer.start(bench, bodies: [Array("\"ok\"".utf8)])
        let processes = nginx.process.processes
        let request = RequestBytes.make("GET", "/0")
        let peer = try await storm(
            nginx.securePort, Array(repeating: request, count: count), tls,
            cpu: { ProcessUsage.cpu(of: processes) })
        return result(ours, peer, sends: load.latencies, count)
    }

    private struct Figures {
        /// Nanoseconds until every client was answered once.
        let whole: Double
        /// Microseconds of the server for each client.
        let cpu: Double
    }

    /// Connects all at once; each client's first answer counts.
    private func storm(
        _ port: UInt16, _ requests: [[UInt8]], _ tls: TLSClient, cpu: () -> Double
    ) async throws -> Figures {
        let crowd = Subscribers(bench.context) { _, _ in nil }
        let before = cpu()
        let start = SystemCall.now()
        defer { crowd.close() }
        try await crowd.storm(requests, port: port, tls: tls)
        let whole = Double(SystemCall.now() - start)
        return Figures(whole: whole, cpu: (cpu() - before) / Double(requests.count))
    }

    private func result(
        _ ours: Figures, _ peer: Figures, sends: LatencyHistogram, _ count: Int
    ) -> WorkResult {
        var result = WorkResult(
            title: "\(NumberText.fixed(Double(count), 0)) clients come back at once",
            method: """
                After a restart every member connects at the same moment with a whole TLS handshake and asks \
                `/sync` with the token from before, in a room where a message is sent \
                \(NumberText.fixed(Self.sendsPerSecond, 0)) times a second; it counts until each has an answer. \
                The peer is nginx with the same handshakes and one small answer each.
                """)
        let ratio = ours.whole / peer.whole
        result.findings = [
            Finding(
                "until all were answered", ours: "\(NumberText.fixed(ours.whole / 1e9, 2)) s",
                peer: "\(NumberText.fixed(peer.whole / 1e9, 2)) s", ratio: NumberText.fixed(ratio, 2),
                goal: "the time that the handshakes take"),
            Finding(
                "server CPU a client", ours: "\(NumberText.fixed(ours.cpu, 0)) µs",
                peer: "\(NumberText.fixed(peer.cpu, 0)) µs", ratio: NumberText.fixed(ours.cpu / peer.cpu, 2)),
            Finding(
                "longest send meanwhile", ours: NumberText.milliseconds(Double(sends.maximum)), peer: "",
                goal: "at most 1 s", isMet: sends.maximum <= 1_000_000_000),
        ]
        result.notes = [
            """
            Sends meanwhile: p50 \(NumberText.milliseconds(Double(sends.quantile(0.5)))), p99 \
            \(NumberText.milliseconds(Double(sends.quantile(0.99)))).
            """
        ]
        return result
    }
}
