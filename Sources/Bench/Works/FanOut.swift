/// One message to thousands of members who wait in one room, beside nchan, which does nothing but that.
struct FanOut {
    private static let messages = 5
    private let bench: Bench

    init(_ bench: Bench) {
        self.bench = bench
    }

    private struct Figures {
        /// Microseconds of the server for each delivery.
        var cpu: [Double] = []
        /// Nanoseconds until the last one has it.
        var last: [Double] = []
        var half: [Double] = []
    }

    func run() async throws -> WorkResult {
        let count = bench.members
        let mado = try await bench.startMado()
        bench.progress("fanout: \(count) members of one room")
        let client = try SetupClient(bench.context, port: mado.port)
        let crowd = try await LargeRoom(of: count, on: mado, bench)
        let (tokens, since) = (crowd.tokens, crowd.since)
        let messages = MessageRequests(room: crowd.room, token: crowd.sender.token, name: "f-")

        bench.progress("fanout: event streams")
        let streams = try await measure(
            mado.port, cpu: { mado.cpu },
            requests: tokens.map { token in
                let query = "since=\(since)&set_presence=offline&filter=\(SyncAnswerText.lightFilter)"
                return RequestBytes.make("GET", "/_mado/v1/sync/stream?\(query)", token: token)
            },
            next: { _, _ in nil },
            send: { number in _ = try await client.exchange(messages.request(number)).json() })
        bench.progress("fanout: polls")
        let polls = try await measure(
            mado.port, cpu: { mado.cpu },
            requests: tokens.map { SyncAnswerText.poll(since: since, token: $0, filter: SyncAnswerText.lightFilter) },
            next: { client, body in
                SyncAnswerText.nextBatch(in: body).map {
                    SyncAnswerText.poll(since: $0, token: tokens[client], filter: SyncAnswerText.lightFilter)
                }
            },
            send: { number in _ = try await client.exchange(messages.request(100 + number)).json() })
        mado.process.stop()
        bench.progress("fanout: nchan")
        return result(streams, polls, try await measureNchan(count), count)
    }

    private func measureNchan(_ count: Int) async throws -> Figures {
        let nginx = try await NginxServer.start(
            bench, bodies: [Array("\"ok\"".utf8)], module: "ngx_nchan_module",
            locations: """
                location = /sub { nchan_subscriber eventsource; nchan_channel_id room; }
                location = /pub { nchan_publisher; nchan_channel_id room; }

                """)
        let processes = nginx.process.processes
        let client = try SetupClient(bench.context, port: nginx.port)
        let request = RequestBytes.make("GET", "/sub", more: "Accept: text/event-stream\r\n")
        // As many bytes as a sync answer with one message has.
        let filling = String(repeating: "x", count: 500)
        return try await measure(
            nginx.port, cpu: { ProcessUsage.cpu(of: processes) }, requests: Array(repeating: request, count: count),
            next: { _, _ in nil },
            send: { number in
                let text = "\(MessageRequests.marker)\(100_000_000 + number) \(filling)"
                _ = try await client.request("POST", "/pub", body: Array(text.utf8))
            })
    }

    private func measure(
        _ port: UInt16, cpu: () -> Double, requests: [[UInt8]], next: @escaping Subscribers.Next,
        send: (Int) async throws -> Void
    ) async throws -> Figures {
        let subscribers = Subscribers(bench.context, next: next)
        try await subscribers.connect(requests, port: port)
        var figures = Figures()
        for number in 1...Self.messages {
            let before = cpu()
            let delivery = try await subscribers.deliver { try await send(number) }
            await bench.context.sleep(.milliseconds(300))
            figures.cpu.append((cpu() - before) / Double(requests.count))
            figures.last.append(Double(delivery.latencies.maximum))
            figures.half.append(Double(delivery.latencies.quantile(0.5)))
        }
        subscribers.close()
        await bench.context.sleep(.milliseconds(500))
        return figures
    }

    private func result(_ streams: Figures, _ polls: Figures, _ peer: Figures, _ count: Int) -> WorkResult {
        var result = WorkResult(
            title: "One message to \(NumberText.fixed(Double(count), 0)) members who wait in one room",
            method: """
                \(Self.messages) messages, one after the other, medians. Ours is an answer of sync with its new token, \
                by event stream or by poll (a poll's answer is followed by the next poll, whose cost is in the CPU). \
                The peer is nchan's event source with 500 bytes a message and as many subscribers.
                """)
        for (name, ours) in [("event stream", streams), ("poll", polls)] {
            let ratios = (ours.cpu.median / peer.cpu.median, ours.last.median / peer.last.median)
            let isPeerAlike = name == "event stream"
            result.findings.append(
                Finding(
                    "\(name), server CPU a delivery", ours: "\(NumberText.short(ours.cpu.median)) µs",
                    peer: "\(NumberText.short(peer.cpu.median)) µs", ratio: NumberText.fixed(ratios.0, 2),
                    goal: isPeerAlike ? "at most 1.0" : "", isMet: isPeerAlike ? ratios.0 <= 1 : nil))
            result.findings.append(
                Finding(
                    "\(name), until the last has it", ours: NumberText.milliseconds(ours.last.median),
                    peer: NumberText.milliseconds(peer.last.median), ratio: NumberText.fixed(ratios.1, 2),
                    goal: isPeerAlike ? "at most 1.0" : "", isMet: isPeerAlike ? ratios.1 <= 1 : nil))
        }
        return result
    }
}
