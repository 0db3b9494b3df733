/// Sends, wakes and first syncs, beside Synapse.
struct BesideSynapse {
    private static let rooms = 100
    private static let manyRooms = 1000
    private static let messagesInRoom = 5
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        bench.progress("synapse: it starts")
        let synapse = try await SynapseServer.start(bench)
        let idle = (mado.privateMemory, synapse.privateMemory)
        var result = WorkResult(
            title: "Beside Synapse",
            method: """
                The same requests to both, which keep their data in SQLite on the same disk; Synapse as it installs \
                itself (PyPI, one process), without limits of rates and without the cache that answers a repeated sync \
                with the answer before. A first sync is one without `since`, of a member of rooms with two members and \
                \(Self.messagesInRoom) messages each.
                """)
        try await sends(mado, synapse, into: &result)
        try await wakes(mado, synapse, into: &result)
        try await firstSyncs(mado, synapse, into: &result)
        result.notes.append(
            """
            Private memory after the start \(NumberText.megabytes(idle.0)) (Synapse \(NumberText.megabytes(idle.1))), \
            after all this \(NumberText.megabytes(mado.privateMemory)) (\(NumberText.megabytes(synapse.privateMemory))).
            """)
        return result
    }

    private func sends(_ mado: MadoServer, _ synapse: SynapseServer, into result: inout WorkResult) async throws {
        let ours = try await room(on: mado)
        let theirs = try await room(on: synapse)
        for senders in [1, 32] {
            var figures: (ours: [RoundFigures], theirs: [RoundFigures]) = ([], [])
            for round in 1...bench.rounds {
                bench.progress("synapse: \(senders) senders, round \(round) of \(bench.rounds)")
                figures.ours.append(try await send(senders, to: mado, ours, "s\(senders)-\(round)-"))
                figures.theirs.append(try await send(senders, to: synapse, theirs, "s\(senders)-\(round)-"))
            }
            let (our, their) = (figures.ours.median, figures.theirs.median)
            let ratio = our.perSecond / their.perSecond
            result.findings.append(
                Finding(
                    "sends, \(senders) at a time", ours: "\(NumberText.fixed(our.perSecond, 0))/s",
                    peer: "\(NumberText.fixed(their.perSecond, 0))/s", ratio: NumberText.short(ratio),
                    goal: "at least 30", isMet: ratio >= 30))
            result.notes.append(
                """
                Server CPU a send, \(senders) at a time: \(NumberText.short(our.cpu)) µs (Synapse \
                \(NumberText.short(their.cpu)) µs); p50 \(NumberText.milliseconds(our.p50)) \
                (\(NumberText.milliseconds(their.p50))).
                """)
        }
    }

    private func wakes(_ mado: MadoServer, _ synapse: SynapseServer, into result: inout WorkResult) async throws {
        var figures: [LatencyHistogram] = []
        for server in [mado, synapse] as [any MatrixServer] {
            bench.progress("synapse: wakes")
            let client = try SetupClient(bench.context, port: server.port)
            let sender = try await Member.register("wake-sender", client)
            let receiver = try await Member.register("wake-receiver", client)
            let room = try await sender.makeRoom(client)
            try await receiver.join(room, client)
            let probe = WakeProbe(bench, port: server.port, room: room, sender: sender, receiver: receiver)
            figures.append(try await probe.run(.poll, "w", perSecond: 10).woken)
        }
        let (our, their) = (Double(figures[0].quantile(0.5)), Double(figures[1].quantile(0.5)))
        result.findings.append(
            Finding(
                "from a send until the other's waiting `/sync` returns, p50", ours: NumberText.milliseconds(our),
                peer: NumberText.milliseconds(their), ratio: NumberText.short(their / our)))
    }

    private func firstSyncs(_ mado: MadoServer, _ synapse: SynapseServer, into result: inout WorkResult) async throws {
        bench.progress("synapse: \(Self.rooms) rooms on both")
        let ours = try await member(of: Self.rooms, named: "hundred", on: mado)
        let theirs = try await member(of: Self.rooms, named: "hundred", on: synapse)
        var figures: (ours: [RoundFigures], theirs: [RoundFigures]) = ([], [])
        for round in 1...bench.rounds {
            bench.progress("synapse: first syncs, round \(round) of \(bench.rounds)")
            figures.ours.append(try await firstSync(mado, ours))
            figures.theirs.append(try await firstSync(synapse, theirs))
        }
        let (our, their) = (figures.ours.median, figures.theirs.median)
        result.findings.append(
            Finding(
                "first sync of a member of \(Self.rooms) rooms, server CPU", ours: "\(NumberText.fixed(our.cpu, 0)) µs",
                peer: "\(NumberText.fixed(their.cpu, 0)) µs", ratio: NumberText.short(their.cpu / our.cpu),
                goal: "at least 30", isMet: their.cpu / our.cpu >= 30))
        result.findings.append(
            Finding(
                "the same, until it is there, p50", ours: NumberText.milliseconds(our.p50),
                peer: NumberText.milliseconds(their.p50), ratio: NumberText.short(their.p50 / our.p50),
                goal: "at least 30", isMet: their.p50 / our.p50 >= 30))
        bench.progress("synapse: \(Self.manyRooms) rooms on ours")
        let many = try await firstSync(mado, try await member(of: Self.manyRooms, named: "thousand", on: mado))
        result.findings.append(
            Finding(
                "first sync of a member of \(NumberText.fixed(Double(Self.manyRooms), 0)) rooms",
                ours: "\(NumberText.fixed(many.cpu, 0)) µs, p50 \(NumberText.milliseconds(many.p50))", peer: ""))
    }

    private struct Place: Sendable {
        let room: String
        let token: String
    }

    private func room(on server: any MatrixServer) async throws -> Place {
        let client = try SetupClient(bench.context, port: server.port)
        let member = try await Member.register("sender", client)
        return Place(room: try await member.makeRoom(client), token: member.token)
    }

    private func send(
        _ senders: Int, to server: any MatrixServer, _ place: Place, _ name: String
    ) async throws -> RoundFigures {
        let messages = MessageRequests(room: place.room, token: place.token, name: name)
        return try await bench.closedLoop(port: server.port, clients: senders, cpu: { server.cpu }) { _, sequence in
            messages.request(sequence)
        }
    }

    private func firstSync(_ server: any MatrixServer, _ token: String) async throws -> RoundFigures {
        let request = RequestBytes.make("GET", "/_matrix/client/v3/sync?timeout=0", token: token)
        return try await bench.closedLoop(port: server.port, clients: 1, cpu: { server.cpu }) { _, _ in request }
    }

    /// A member of so many rooms, each with a host and a few messages.
    /// - Returns: the member's token.
    private func member(of rooms: Int, named name: String, on server: any MatrixServer) async throws -> String {
        let client = try SetupClient(bench.context, port: server.port)
        let host = try await Member.register(name + "-host", client)
        let member = try await Member.register(name, client)
        for number in 0..<rooms {
            let room = try await host.makeRoom(client)
            try await member.join(room, client)
            let messages = MessageRequests(room: room, token: host.token, name: "\(number)-")
            for message in 1...Self.messagesInRoom { _ = try await client.exchange(messages.request(message)).json() }
        }
        return member.token
    }
}
