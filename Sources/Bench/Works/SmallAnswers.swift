/// A small answer over HTTP/1.1 keep-alive, beside nginx with a ready answer of the same size.
struct SmallAnswers {
    private static let clients = 64
    private let bench: Bench

    private struct Endpoint {
        let name: String
        let goal: Double
        let request: [UInt8]
        let body: [UInt8]
        var ours: [RoundFigures] = []
        var peer: [RoundFigures] = []
    }

    init(_ bench: Bench) {
        self.bench = bench
    }

    func run() async throws -> WorkResult {
        let mado = try await bench.startMado()
        var endpoints = try await endpoints(mado)
        let nginx = try await NginxServer.start(bench, bodies: endpoints.map(\.body))
        let workers = nginx.process.processes
        for round in 1...bench.rounds {
            bench.progress("small: round \(round) of \(bench.rounds)")
            for index in endpoints.indices {
                let ours = endpoints[index].request
                let peer = RequestBytes.make("GET", "/\(index)")
                endpoints[index].ours.append(
                    try await bench.closedLoop(port: mado.port, clients: Self.clients, cpu: { mado.cpu }) { _, _ in ours
                    })
                endpoints[index].peer.append(
                    try await bench.closedLoop(
                        port: nginx.port, clients: Self.clients, cpu: { ProcessUsage.cpu(of: workers) }
                    ) { _, _ in peer })
            }
        }
        return result(endpoints)
    }

    private func endpoints(_ mado: MadoServer) async throws -> [Endpoint] {
        let client = try SetupClient(bench.context, port: mado.port)
        let member = try await Member.register("reader", client)
        let wanted: [(name: String, target: String, token: String?, goal: Double)] = [
            ("`GET /_mado/v1/health`", "/_mado/v1/health", nil, 1),
            ("`GET /_matrix/client/versions`", "/_matrix/client/versions", nil, 1),
            ("`GET …/account/whoami` (authenticated)", "/_matrix/client/v3/account/whoami", member.token, 2),
        ]
        var endpoints: [Endpoint] = []
        for one in wanted {
            let answer = try await client.request("GET", one.target, token: one.token)
            guard answer.status == 200 else { throw BenchError("\(one.target): status \(answer.status)") }
            endpoints.append(
                Endpoint(
                    name: one.name, goal: one.goal, request: RequestBytes.make("GET", one.target, token: one.token),
                    body: answer.body))
        }
        return endpoints
    }

    private func result(_ endpoints: [Endpoint]) -> WorkResult {
        var result = WorkResult(
            title: "Small answers",
            method: """
                \(Self.clients) keep-alive connections over HTTP/1.1, each with one request under way; the peer is \
                nginx `return 200` with a body of the same size. Server CPU per request.
                """)
        for endpoint in endpoints {
            let ours = endpoint.ours.median
            let peer = endpoint.peer.median
            let ratio = ours.cpu / peer.cpu
            result.findings.append(
                Finding(
                    "\(endpoint.name), \(endpoint.body.count) bytes", ours: "\(NumberText.short(ours.cpu)) µs",
                    peer: "\(NumberText.short(peer.cpu)) µs", ratio: NumberText.fixed(ratio, 2),
                    goal: "at most \(NumberText.fixed(endpoint.goal, 1))", isMet: ratio <= endpoint.goal))
            result.notes.append(
                """
                \(endpoint.name): \(NumberText.fixed(ours.perSecond, 0)) requests a second against nginx's \
                \(NumberText.fixed(peer.perSecond, 0)); p99 \(NumberText.milliseconds(ours.p99)) against \
                \(NumberText.milliseconds(peer.p99)).
                """)
        }
        return result
    }
}
