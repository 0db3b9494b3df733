import JSON

/// Members who are connected and change their state, each seen by some contacts.
struct PresenceChanges {
    private static let contacts = 50
    private static let perSecond = 100.0
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let count = bench.members
        let mado = try await bench.startMado()
        bench.progress("presence: \(count) members")
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register("host", client)
        var made: [String] = []
        for _ in 0..<(count + Self.contacts) / (Self.contacts + 1) { made.append(try await host.makeRoom(client)) }
        let rooms = made
        let members = try await bench.guests(count, port: mado.port) { number, member, client in
            try await member.join(rooms[number / (Self.contacts + 1)], client)
            return member
        }
        let subscribers = Subscribers(bench.context) { _, _ in nil }
        let since = try await host.emptySync(client)
        bench.progress("presence: all connect")
        try await subscribers.connect(
            members.map { RequestBytes.make("GET", "/_mado/v1/sync/stream?since=\(since)", token: $0.token) },
            port: mado.port)
        await bench.context.sleep(.seconds(8))
        let memory = mado.privateMemory

        bench.progress("presence: changes")
        let idleBefore = mado.cpu
        await bench.context.sleep(.seconds(5))
        let idle = (mado.cpu - idleBefore) / 5e6
        let load = try PacedLoad(bench.context, port: mado.port, connections: 8, perSecond: Self.perSecond) {
            sequence, _ in
            let member = members[(sequence &* 7919) % members.count]
            let body = JSONWriter.object { object in
                object.member("presence", "online")
                object.member("status_msg", "\(sequence)")
            }
            return RequestBytes.make(
                "PUT", "/_matrix/client/v3/presence/\(Member.encode(member.id))/status", token: member.token, body: body
            )
        }
        let before = mado.cpu
        let start = SystemCall.now()
        await bench.context.sleep(.seconds(10))
        let share = (mado.cpu - before) / (Double(SystemCall.now() - start) / 1e3)
        try await load.stop()
        subscribers.close()

        var result = WorkResult(
            title: "Presence of \(NumberText.fixed(Double(count), 0)) connected members",
            method: """
                Each with an event stream and in a room with \(Self.contacts) others; \
                \(NumberText.fixed(Self.perSecond, 0)) of them a second change their state, which all \(Self.contacts) \
                learn of.
                """)
        result.findings = [
            Finding(
                "share of one core", ours: NumberText.fixed(share, 3), peer: "", goal: "at most 0.25",
                isMet: share <= 0.25),
            Finding("when nothing changes", ours: NumberText.fixed(idle, 3), peer: ""),
            Finding(
                "private memory with all connected", ours: NumberText.megabytes(memory), peer: "",
                goal: "at most 150 MB", isMet: memory <= 150e6),
        ]
        return result
    }
}
