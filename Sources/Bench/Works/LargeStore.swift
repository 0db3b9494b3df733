import JSON

/// A store with a million events: how it is started, read, searched and written to.
struct LargeStore {
    private static let roomSize = 100
    private static let senders = 64
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    private struct Seed: Sendable {
        let rooms: [String]
        let host: Member
        /// In one room; no guest, who may not search.
        let reader: Member
        let members: [Member]
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        let seed = try await plant(mado)
        let empty = try await sendRate(mado, seed, "before-")
        bench.progress("large: \(bench.events) events")
        let start = SystemCall.now()
        try await fill(mado, seed)
        let seconds = Double(SystemCall.now() - start) / 1e9
        // The index is filled behind the sends, and would count with what is measured.
        bench.progress("large: the index of words")
        try await bench.waitForIndex(of: mado, seed.rooms[1], seed.reader)
        let indexing = Double(SystemCall.now() - start) / 1e9 - seconds
        let full = try await sendRate(mado, seed, "after-")
        try await bench.waitForIndex(of: mado, seed.rooms[1], seed.reader)

        bench.progress("large: start")
        var starts: [Double] = []
        for _ in 0..<3 {
            let before = SystemCall.now()
            try await mado.restart()
            starts.append(Double(SystemCall.now() - before))
        }
        let idle = mado.privateMemory
        let reading = try await read(mado, seed)
        return result(
            LargeFigures(
                start: starts.median, idle: idle, afterReading: mado.privateMemory, reading: reading,
                sendRates: (empty.perSecond, full.perSecond), sendCPU: (empty.cpu, full.cpu),
                seedSeconds: seconds, indexingSeconds: indexing))
    }

    /// Makes the store in a folder and leaves it there.
    func seed(_ data: String) async throws {
        guard SystemCall.list(data).isEmpty else { throw BenchError("\(data) is not empty") }
        let mado = try await MadoServer.start(bench.server, in: bench.folder, data: data, bench.context)
        let seed = try await plant(mado)
        bench.progress("seed: \(bench.events) events")
        try await fill(mado, seed)
        bench.progress("seed: the index of words")
        try await bench.waitForIndex(of: mado, seed.rooms[1], seed.reader)
        mado.process.stop()
        bench.progress(
            """
            mado serve --data \(data) --server-name localhost --listen http://127.0.0.1:8008
            `host` is in all rooms, `reader` in one; their password is \(Member.password)
            """)
    }

    /// Members and rooms: each member is in one room, each room has a host.
    private func plant(_ mado: MadoServer) async throws -> Seed {
        bench.progress("large: \(bench.members) members")
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register("host", client)
        var made: [String] = []
        for _ in 0..<(bench.members + Self.roomSize - 1) / Self.roomSize {
            made.append(try await host.makeRoom(client))
        }
        let rooms = made
        let members = try await bench.guests(bench.members, port: mado.port) { number, member, client in
            try await member.join(rooms[number / Self.roomSize], client)
            return member
        }
        let reader = try await Member.register("reader", client)
        try await reader.join(rooms[1], client)
        return Seed(rooms: rooms, host: host, reader: reader, members: members)
    }

    /// Messages of one member a room, spread over the rooms.
    private func fill(_ mado: MadoServer, _ seed: Seed) async throws {
        let messages = seed.rooms.indices.map { room in
            MessageRequests(room: seed.rooms[room], token: seed.members[room * Self.roomSize].token, name: "seed-")
        }
        let load = try ClosedLoop(bench.context, port: mado.port, clients: Self.senders) { _, sequence in
            messages[sequence % messages.count].request(sequence)
        }
        load.start()
        var sent = 0
        while sent < bench.events {
            await bench.context.sleep(.milliseconds(200))
            sent += load.take().answers
        }
        try await load.stop()
    }

    private func sendRate(_ mado: MadoServer, _ seed: Seed, _ name: String) async throws -> RoundFigures {
        let messages = MessageRequests(room: seed.rooms[0], token: seed.members[0].token, name: name)
        return try await bench.closedLoop(port: mado.port, clients: 32, cpu: { mado.cpu }) { _, sequence in
            messages.request(sequence)
        }
    }

    private struct Reading {
        var firstSync: RoundFigures
        var lightSync: RoundFigures
        var page: RoundFigures
        var search: RoundFigures
        var rankedSearch: RoundFigures
    }

    private func read(_ mado: MadoServer, _ seed: Seed) async throws -> Reading {
        let room = Member.encode(seed.rooms[1])
        let token = seed.reader.token
        func ask(_ name: String, _ request: [UInt8]) async throws -> RoundFigures {
            bench.progress("large: \(name)")
            return try await bench.closedLoop(port: mado.port, clients: 1, cpu: { mado.cpu }) { _, _ in request }
        }
        let first = try await ask(
            "first sync",
            RequestBytes.make(
                "GET", "/_matrix/client/v3/sync?timeout=0", token: token))
        let light = try await ask(
            "first sync of the member of all rooms",
            RequestBytes.make(
                "GET", "/_matrix/client/v3/sync?timeout=0&filter=\(SyncAnswerText.lightFilter)",
                token: seed.host.token))
        let page = try await ask(
            "scroll back",
            RequestBytes.make(
                "GET", "/_matrix/client/v3/rooms/\(room)/messages?dir=b&limit=100", token: token))
        let search = MessageRequests.search("write bench", order: "recent", token: token)
        let ranked = MessageRequests.search("write bench", order: "rank", token: token)
        return Reading(
            firstSync: first, lightSync: light, page: page, search: try await ask("search", search),
            rankedSearch: try await ask("search by rank", ranked))
    }

    private struct LargeFigures {
        let start: Double
        let idle: Double
        let afterReading: Double
        let reading: Reading
        let sendRates: (Double, Double)
        let sendCPU: (Double, Double)
        let seedSeconds: Double
        /// From then until the words of all events were in the index.
        let indexingSeconds: Double
    }

    private func result(_ figures: LargeFigures) -> WorkResult {
        func text(_ round: RoundFigures) -> String {
            "\(NumberText.fixed(round.cpu, 0)) µs CPU, p50 \(NumberText.milliseconds(round.p50))"
        }
        let events = NumberText.fixed(Double(bench.events), 0)
        let members = NumberText.fixed(Double(bench.members), 0)
        var result = WorkResult(
            title: "A store with \(events) events and \(members) members",
            method: """
                Rooms of \(Self.roomSize) members; the events are messages, sent one by one as clients send them. \
                The start counts from the old process's end to the first answer of the new one.
                """)
        result.findings = [
            Finding(
                "start", ours: NumberText.milliseconds(figures.start), peer: "", goal: "at most 200 ms",
                isMet: figures.start <= 200e6),
            Finding(
                "private memory after the start", ours: NumberText.megabytes(figures.idle), peer: "",
                goal: "at most 25 MB", isMet: figures.idle <= 25e6),
            Finding("private memory after what follows", ours: NumberText.megabytes(figures.afterReading), peer: ""),
            Finding("first sync of a member of one room", ours: text(figures.reading.firstSync), peer: ""),
            Finding("first sync of the member of all rooms", ours: text(figures.reading.lightSync), peer: ""),
            Finding("100 messages back", ours: text(figures.reading.page), peer: ""),
            Finding("search, most recent first", ours: text(figures.reading.search), peer: ""),
            Finding("search, best match first", ours: text(figures.reading.rankedSearch), peer: ""),
            Finding(
                "sends of 32, beside the same with an empty store",
                ours: "\(NumberText.fixed(figures.sendRates.1, 0))/s",
                peer: "\(NumberText.fixed(figures.sendRates.0, 0))/s",
                ratio: NumberText.fixed(figures.sendRates.1 / figures.sendRates.0, 2)),
        ]
        result.notes = [
            """
            The events were sent in \(NumberText.fixed(figures.seedSeconds, 0)) s; their words were in the index \
            \(NumberText.fixed(figures.indexingSeconds, 0)) s later, before anything of the above was measured.
            """,
            """
            Server CPU a send \(NumberText.short(figures.sendCPU.1)) µs, with an empty store \
            \(NumberText.short(figures.sendCPU.0)) µs.
            """,
        ]
        return result
    }
}
