/// Messages that are on the disk when they are answered, beside group commits of the same bytes by SQLite alone.
struct DurableSends {
    private static let members = 16
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        let (tokens, room, event) = try await prepare(mado)
        let folder = try TemporaryFolder(in: bench.folder, name: "raw")
        let raw = try RawCommits(folder: folder.path, row: event)
        let indexed = try RawCommits(folder: folder.path, row: event, shape: .indexed)
        var result = WorkResult(
            title: "Durable sends",
            method: """
                `PUT …/send/m.room.message/…` by so many connections of \(Self.members) members of one room, each with \
                one request under way. The peer is SQLite alone in the load generator's process (write-ahead log, \
                synchronous=FULL): as many threads that each wait for their row of \(event.count) bytes, an event as we \
                keep it, and one writer that commits all that is pending. Once with nothing but the bytes in one table, \
                and once with the columns and indexes by which an event is found again.
                """)
        for senders in [1, 32, 256] {
            try await measure(senders, mado, tokens, room, raw, indexed, into: &result)
        }
        return result
    }

    private func measure(
        _ senders: Int, _ mado: MadoServer, _ tokens: [String], _ room: String, _ raw: RawCommits,
        _ indexed: RawCommits, into result: inout WorkResult
    ) async throws {
        var ours: [RoundFigures] = []
        var peer: [RoundFigures] = []
        var indexedPeer: [RoundFigures] = []
        for round in 1...bench.rounds {
            bench.progress("sends: \(senders) at a time, round \(round) of \(bench.rounds)")
            let messages = tokens.map { MessageRequests(room: room, token: $0, name: "s\(senders)-\(round)-") }
            ours.append(
                try await bench.closedLoop(port: mado.port, clients: senders, cpu: { mado.cpu }) { client, sequence in
                    messages[client % messages.count].request(sequence)
                })
            peer.append(try raw.round(writers: senders, warmUp: bench.warmUp, duration: bench.round))
            indexedPeer.append(try indexed.round(writers: senders, warmUp: bench.warmUp, duration: bench.round))
        }
        let (our, their) = (ours.median, peer.median)
        for (name, peer) in [("bytes alone", their), ("with indexes", indexedPeer.median)] {
            let ratio = our.perSecond / peer.perSecond
            result.findings.append(
                Finding(
                    "\(senders) at a time, SQLite's \(name)", ours: "\(NumberText.fixed(our.perSecond, 0))/s",
                    peer: "\(NumberText.fixed(peer.perSecond, 0))/s", ratio: NumberText.fixed(ratio, 2),
                    goal: "at least 0.7", isMet: ratio >= 0.7))
        }
        result.notes.append(
            """
            \(senders) at a time: server CPU \(NumberText.short(our.cpu)) µs a send (SQLite alone \
            \(NumberText.short(their.cpu)) µs a row, its threads included); answered after p50 \
            \(NumberText.milliseconds(our.p50)), p99 \(NumberText.milliseconds(our.p99)) (SQLite alone \
            \(NumberText.milliseconds(their.p50)), \(NumberText.milliseconds(their.p99))).
            """)
    }

    /// Members, the room they are all in, and an event of it as text.
    private func prepare(_ mado: MadoServer) async throws -> (tokens: [String], room: String, event: [UInt8]) {
        let client = try SetupClient(bench.context, port: mado.port)
        let owner = try await Member.register("owner", client)
        let room = try await owner.makeRoom(client)
        var tokens = [owner.token]
        for number in 1..<Self.members {
            let member = try await Member.register("sender\(number)", client)
            try await member.join(room, client)
            tokens.append(member.token)
        }
        let send = MessageRequests(room: room, token: owner.token, name: "first-")
        let event = try await client.exchange(send.request(1)).string("event_id")
        let path = "/_matrix/client/v3/rooms/\(Member.encode(room))/event/\(Member.encode(event))"
        let answer = try await client.request("GET", path, token: owner.token)
        _ = try answer.json()
        return (tokens, room, answer.body)
    }
}
