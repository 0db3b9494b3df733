import Glibc

/// How the cost of the daily operations grows with what there is: each at 1x, 4x and 16x.
struct Growth {
    private static let steps = [1, 4, 16]
    /// Sends into a store with many events.
    private static let sends = 20_000
    let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        var result = WorkResult(
            title: "Growth",
            method: """
                Server CPU of an operation at 1x, 4x and 16x of what it might depend on, and the exponent between the \
                first and the last: 0 means that it does not grow, 1 that it grows with it.
                """)
        try await add("a send, members of its room", from: 100, goal: 0.1, to: &result) { members in
            try await sendIntoRoom(of: members, mado)
        }
        try await add("a send, other members who wait in `/sync`", from: 250, goal: 0.1, to: &result) { waiting in
            try await sendBeside(waiting)
        }
        try await add("a sync with one message, rooms of the member", from: 25, goal: 0.2, to: &result) { rooms in
            try await incrementalSync(rooms: rooms, mado)
        }
        try await add("a first sync, rooms of the member", from: 25, goal: 1.1, to: &result) { rooms in
            try await firstSync(rooms: rooms, mado)
        }
        try await add(
            "a send and its words in the index, events in the store", from: bench.events / 64, goal: 0.1, to: &result
        ) { events in
            try await sendIntoStore(of: events)
        }
        try await add("100 messages back, events in the room", from: bench.events / 64, goal: 0.1, to: &result) {
            events in
            try await pageOfRoom(of: events)
        }
        try await addFeeds(to: &result)
        return result
    }

    func add(
        _ name: String, from start: Int, goal: Double, to result: inout WorkResult,
        _ measure: (Int) async throws -> Double
    ) async throws {
        var figures: [Double] = []
        for step in Self.steps {
            bench.progress("growth: \(name): \(start * step)")
            figures.append(try await measure(start * step))
        }
        let exponent = log(figures[2] / figures[0]) / log(Double(Self.steps[2]))
        let sizes = Self.steps.map { NumberText.fixed(Double(start * $0), 0) }.joined(separator: ", ")
        result.findings.append(
            Finding(
                "\(name): \(sizes)", ours: figures.map { NumberText.short($0) }.joined(separator: ", ") + " µs",
                peer: "",
                ratio: "exponent \(NumberText.fixed(exponent, 2))", goal: "at most \(NumberText.fixed(goal, 1))",
                isMet: exponent <= goal))
    }

    private func sendIntoRoom(of members: Int, _ mado: MadoServer) async throws -> Double {
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register("grow-\(members)", client)
        let room = try await host.makeRoom(client)
        _ = try await bench.guests(members - 1, port: mado.port) { _, member, client in
            try await member.join(room, client)
        }
        let messages = MessageRequests(room: room, token: host.token, name: "g-")
        return try await bench.closedLoop(port: mado.port, clients: 8, cpu: { mado.cpu }) { _, sequence in
            messages.request(sequence)
        }.cpu
    }

    /// Into a room of one, while others, in no room, wait.
    private func sendBeside(_ waiting: Int) async throws -> Double {
        let mado = try await bench.startMado()
        let requests = try await bench.guests(waiting, port: mado.port) { _, member, client in
            SyncAnswerText.poll(
                since: try await member.sync(client), token: member.token, filter: SyncAnswerText.emptyFilter)
        }
        let crowd = IdleCrowd(bench.context, port: mado.port, tls: nil) { _, _ in nil }
        try await crowd.connect(requests, quiet: .milliseconds(500))
        defer { crowd.close() }
        return try await sendIntoRoom(of: 1, mado)
    }

    /// A member who asks each time for what came since a token behind which there is one message.
    private func incrementalSync(rooms: Int, _ mado: MadoServer) async throws -> Double {
        let (member, host, last) = try await memberOfRooms(rooms, "incremental-\(rooms)", mado)
        let client = try SetupClient(bench.context, port: mado.port)
        let since = try await member.sync(client)
        let messages = MessageRequests(room: last, token: host.token, name: "one-")
        _ = try await client.exchange(messages.request(1)).json()
        let request = RequestBytes.make("GET", "/_matrix/client/v3/sync?timeout=0&since=\(since)", token: member.token)
        return try await bench.closedLoop(port: mado.port, clients: 1, cpu: { mado.cpu }) { _, _ in request }.cpu
    }

    private func firstSync(rooms: Int, _ mado: MadoServer) async throws -> Double {
        let (member, _, _) = try await memberOfRooms(rooms, "first-\(rooms)", mado)
        let request = RequestBytes.make("GET", "/_matrix/client/v3/sync?timeout=0", token: member.token)
        return try await bench.closedLoop(port: mado.port, clients: 1, cpu: { mado.cpu }) { _, _ in request }.cpu
    }

    private func memberOfRooms(
        _ rooms: Int, _ name: String, _ mado: MadoServer
    ) async throws -> (member: Member, host: Member, last: String) {
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register(name + "-host", client)
        let member = try await Member.register(name, client)
        var last = ""
        for _ in 0..<rooms {
            last = try await host.makeRoom(client)
            try await member.join(last, client)
        }
        return (member, host, last)
    }

    /// The index of words is filled behind the sends: what it costs belongs to them.
    private func sendIntoStore(of events: Int) async throws -> Double {
        let (mado, room, host) = try await roomOf(events)
        let before = mado.cpu
        let sent = try await send(Self.sends, "more-", clients: 8, room, host, mado)
        try await bench.waitForIndex(of: mado, room, host)
        return (mado.cpu - before) / Double(sent)
    }

    private func pageOfRoom(of events: Int) async throws -> Double {
        let (mado, room, host) = try await roomOf(events)
        let request = RequestBytes.make(
            "GET", "/_matrix/client/v3/rooms/\(Member.encode(room))/messages?dir=b&limit=100", token: host.token)
        return try await bench.closedLoop(port: mado.port, clients: 1, cpu: { mado.cpu }) { _, _ in request }.cpu
    }

    /// A server of its own with so many messages in one room.
    private func roomOf(_ events: Int) async throws -> (mado: MadoServer, room: String, host: Member) {
        let mado = try await bench.startMado()
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register("host", client)
        let room = try await host.makeRoom(client)
        _ = try await send(events, "fill-", clients: 64, room, host, mado)
        // The index is filled behind the sends, and would count with what is measured.
        try await bench.waitForIndex(of: mado, room, host)
        return (mado, room, host)
    }

    /// - Returns: how many were sent: at least `count`.
    private func send(
        _ count: Int, _ name: String, clients: Int, _ room: String, _ host: Member, _ mado: MadoServer
    ) async throws -> Int {
        let messages = MessageRequests(room: room, token: host.token, name: name)
        let load = try ClosedLoop(bench.context, port: mado.port, clients: clients) { _, sequence in
            messages.request(sequence)
        }
        load.start()
        var sent = 0
        while sent < count {
            await bench.context.sleep(.milliseconds(50))
            sent += load.take().answers
        }
        try await load.stop()
        return sent + load.take().answers
    }
}
