import Glibc

/// The memory of a member who waits in sync, plain and over TLS, beside an idle connection of nginx.
struct IdleConnections {
    private static let roomSize = 20
    /// A waiting poll is answered because of presence at most every 5 s: longer than that without an answer is rest.
    private static let quiet = Duration.milliseconds(5_500)
    private let bench: Bench

    private struct Waiting: Sendable {
        let member: Member
        let since: String
    }

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        bench.progress("idle: \(bench.idleMembers) members")
        let members = try await prepare(mado)
        let tls = try TLSClient()
        bench.progress("idle: plain")
        let plain = try await measure(mado, members, tls: nil)
        bench.progress("idle: TLS")
        let secure = try await measure(mado, members, tls: tls)
        bench.progress("idle: event streams")
        let streams = try await measure(mado, members, tls: tls, asStreams: true)
        bench.progress("idle: HTTP/2")
        let http2 = try await measureHTTP2(mado, members[0])
        mado.process.stop()
        bench.progress("idle: nginx")
        let plainPeer = try await measureNginx(tls: nil)
        let securePeer = try await measureNginx(tls: tls)
        let http2Peer = try await measureNginxHTTP2()

        var result = WorkResult(
            title: "Waiting members",
            method: """
                \(bench.idleMembers) members, each in a room of \(Self.roomSize) and with a poll that waits in `/sync`, \
                presence included. Private memory (/proc/PID/smaps_rollup) of a server started for it, before the \
                first of them connects and when all wait, divided by their number: sessions, rooms, memberships and \
                the database's page cache are all in it. The peer is an idle keep-alive connection of nginx after one \
                request. Kernel memory of sockets is not counted on either side. Over HTTP/2 (h2load, a connection for \
                each) all polls are one member's, so that it is the connection and the poll alone.
                """)
        result.findings = [
            Self.finding("plain", plain.bytes, plainPeer, goal: 1_500),
            Self.finding("TLS", secure.bytes, securePeer, goal: 17_000),
            Self.finding("TLS, event stream", streams.bytes, securePeer, goal: 17_000),
            Self.finding("TLS, HTTP/2, connection and poll", http2, http2Peer, goal: 17_000),
        ]
        result.notes = [plain.note("plain"), secure.note("TLS"), streams.note("TLS, event stream")]
        return result
    }

    private struct Figures {
        let members: Double
        /// Before anybody connected.
        let start: Double
        /// When each member's sync was answered once, over few connections.
        let known: Double
        /// When all wait.
        let waiting: Double
        /// When all hung up and wait again.
        let again: Double

        var bytes: Double { (waiting - start) / members }

        func note(_ name: String) -> String {
            """
            \(name): the server before anybody connected \(NumberText.megabytes(start)), with all waiting \(NumberText.megabytes(waiting)). \
            Of a waiting member \(NumberText.kilobytes((known - start) / members)) were there when its sync had been answered once \
            over a connection that others used too, and \(NumberText.kilobytes((waiting - known) / members)) came with its own \
            connection and poll; another round of the same connections added \(NumberText.kilobytes((again - waiting) / members)).
            """
        }
    }

    private func measure(
        _ mado: MadoServer, _ members: [Waiting], tls: TLSClient?, asStreams: Bool = false
    ) async throws -> Figures {
        try await mado.restart()
        // What the first request of all costs is not a member's.
        let client = try SetupClient(bench.context, port: mado.port)
        _ = try await members[0].member.sync(client)
        await bench.context.sleep(.milliseconds(200))
        let start = mado.privateMemory
        try await answerOnce(mado.port, members)
        let known = mado.privateMemory
        let port = tls == nil ? mado.port : mado.securePort
        let first = try await wait(port, members, tls: tls, asStreams)
        let waiting = mado.privateMemory
        first.close()
        await bench.context.sleep(.milliseconds(500))
        let second = try await wait(port, members, tls: tls, asStreams)
        let again = mado.privateMemory
        second.close()
        return Figures(members: Double(members.count), start: start, known: known, waiting: waiting, again: again)
    }

    /// Each member's sync once, at once answered.
    private func answerOnce(_ port: UInt16, _ members: [Waiting]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<16 {
                group.addTask {
                    let client = try SetupClient(bench.context, port: port)
                    for number in stride(from: lane, to: members.count, by: 16) {
                        let target = "/_matrix/client/v3/sync?timeout=0&since=\(members[number].since)"
                        _ = try await client.request("GET", target, token: members[number].member.token).json()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func wait(
        _ port: UInt16, _ members: [Waiting], tls: TLSClient?, _ asStreams: Bool
    ) async throws -> IdleCrowd {
        let crowd = IdleCrowd(bench.context, port: port, tls: tls) { client, body in
            guard let next = SyncAnswerText.nextBatch(in: body) else { return nil }
            return SyncAnswerText.poll(since: next, token: members[client].member.token)
        }
        try await crowd.connect(
            members.map { waiting in
                guard asStreams else { return SyncAnswerText.poll(since: waiting.since, token: waiting.member.token) }
                return RequestBytes.make(
                    "GET", "/_mado/v1/sync/stream?since=\(waiting.since)", token: waiting.member.token)
            }, quiet: Self.quiet)
        return crowd
    }

    private func measureHTTP2(_ mado: MadoServer, _ waiting: Waiting) async throws -> Double {
        try await mado.restart()
        let client = try SetupClient(bench.context, port: mado.port)
        let since = try await waiting.member.sync(client)
        let query = "timeout=120000&since=\(since)&set_presence=offline&filter=\(SyncAnswerText.emptyFilter)"
        return try await measureHTTP2(
            "https://127.0.0.1:\(mado.securePort)/_matrix/client/v3/sync?\(query)",
            header: "authorization: Bearer \(waiting.member.token)", of: [mado.process.id])
    }

    private func measureNginxHTTP2() async throws -> Double {
        let nginx = try await NginxServer.start(bench, bodies: [Array("\"ok\"".utf8)])
        return try await measureHTTP2(
            "https://127.0.0.1:\(nginx.securePort)/0", header: "accept: */*", of: nginx.process.processes)
    }

    /// Bytes of a server's processes for each connection over which h2load has asked once.
    private func measureHTTP2(_ url: String, header: String, of processes: [pid_t]) async throws -> Double {
        let log = bench.folder + "/mado-bench-h2load.log"
        defer { unlink(log) }
        let count = bench.idleMembers
        func descriptors() -> Int { processes.reduce(0) { $0 + SystemCall.list("/proc/\($1)/fd").count } }
        let (memory, open) = (ProcessUsage.privateMemory(of: processes), descriptors())
        // The next request of each would come after most of a minute.
        let load = try ChildProcess(
            ["h2load", "-c", "\(count)", "-t", "1", "-D", "50", "--rps", "0.02", "-H", header, url], logFile: log)
        for _ in 0..<300 where load.isRunning && descriptors() < open + count {
            await bench.context.sleep(.milliseconds(100))
        }
        await bench.context.sleep(.seconds(2))
        guard load.isRunning, descriptors() >= open + count else {
            throw BenchError("h2load does not hold \(count) connections: \(load.logTail)")
        }
        let bytes = (ProcessUsage.privateMemory(of: processes) - memory) / Double(count)
        load.stop()
        return bytes
    }

    private func measureNginx(tls: TLSClient?) async throws -> Double {
        let nginx = try await NginxServer.start(bench, bodies: [Array("\"ok\"".utf8)])
        let processes = nginx.process.processes
        let before = ProcessUsage.privateMemory(of: processes)
        let crowd = IdleCrowd(bench.context, port: tls == nil ? nginx.port : nginx.securePort, tls: tls) { _, _ in nil }
        let request = RequestBytes.make("GET", "/0")
        try await crowd.connect(Array(repeating: request, count: bench.idleMembers), quiet: .milliseconds(500))
        let after = ProcessUsage.privateMemory(of: processes)
        crowd.close()
        return (after - before) / Double(bench.idleMembers)
    }

    private func prepare(_ mado: MadoServer) async throws -> [Waiting] {
        let client = try SetupClient(bench.context, port: mado.port)
        let host = try await Member.register("host", client)
        var made: [String] = []
        for _ in 0..<(bench.idleMembers + Self.roomSize - 1) / Self.roomSize {
            made.append(try await host.makeRoom(client))
        }
        let rooms = made
        return try await bench.guests(bench.idleMembers, port: mado.port) { number, member, client in
            try await member.join(rooms[number / Self.roomSize], client)
            return Waiting(member: member, since: try await member.sync(client))
        }
    }

    private static func finding(_ name: String, _ ours: Double, _ peer: Double, goal: Double) -> Finding {
        Finding(
            name, ours: NumberText.kilobytes(ours), peer: NumberText.kilobytes(peer),
            ratio: NumberText.fixed(ours / peer, 2),
            goal: "at most \(NumberText.kilobytes(goal))", isMet: ours <= goal)
    }

}
