import JSON

/// An item of a feed whose subscribers have delivery rules of their own: it costs what those cost who get it now.
extension Growth {
    /// Items, one after the other.
    private static let items = 100
    /// Subscribers who get it now, where the others' number grows.
    private static let few = 100
    /// Subscribers in all, where the number of those grows who get it now.
    private static let subscribers = 1_600

    func addFeeds(to result: inout WorkResult) async throws {
        try await add("an item of a feed, subscribers who get it now, of 1,600", from: 100, goal: 1.1, to: &result) {
            now in
            try await item(now: now, later: Self.subscribers - now)
        }
        try await add(
            "an item of a feed for 100, subscribers besides who get it later", from: 100, goal: 0.1, to: &result
        ) { later in
            try await item(now: Self.few, later: later)
        }
    }

    /// Server CPU of an item, in microseconds. All subscribers hold an event stream.
    private func item(now: Int, later: Int) async throws -> Double {
        let mado = try await bench.startMado()
        let client = try SetupClient(bench.context, port: mado.port)
        let house = try await Member.register("house", client)
        let feed = try await house.makeRoom(client, type: "mado.feed")
        let rule = Self.rule
        let tokens = try await bench.guests(now + later, port: mado.port) { number, member, client in
            try await member.join(feed, client)
            if number >= now {
                let (user, room) = (Member.encode(member.id), Member.encode(feed))
                _ = try await client.request(
                    "PUT", "/_matrix/client/v3/user/\(user)/rooms/\(room)/account_data/mado.delivery",
                    token: member.token, body: rule
                ).json()
            }
            return member.token
        }
        let since = try await house.emptySync(client)
        let requests = tokens.map { token in
            RequestBytes.make(
                "GET", "/_mado/v1/sync/stream?since=\(since)&set_presence=offline&filter=\(SyncAnswerText.lightFilter)",
                token: token)
        }
        let (awake, asleep) = (Subscribers(bench.context) { _, _ in nil }, Subscribers(bench.context) { _, _ in nil })
        defer {
            awake.close()
            asleep.close()
        }
        try await asleep.connect(Array(requests[now...]), port: mado.port)
        try await awake.connect(Array(requests[..<now]), port: mado.port)
        let messages = MessageRequests(room: feed, token: house.token, name: "item-")
        // What the first one costs, which finds nothing in memory, is none of the others'.
        _ = try await awake.deliver { _ = try await client.exchange(messages.request(1)).json() }
        let before = mado.cpu
        for number in 2...Self.items + 1 {
            _ = try await awake.deliver { _ = try await client.exchange(messages.request(number)).json() }
        }
        await bench.context.sleep(.milliseconds(300))
        let cpu = (mado.cpu - before) / Double(Self.items)
        guard asleep.received == 0 else { throw BenchError("items came to members who want them later") }
        return cpu
    }

    /// At a minute that is long past or long to come, whatever the time is.
    private static var rule: [UInt8] {
        let minutes = (SystemCall.secondsSince1970() / 60 + 12 * 60) % (24 * 60)
        let text = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
        return JSONWriter.object { object in
            object.member("mode", "at_times")
            object.array("times") { $0.value("\(text(minutes / 60)):\(text(minutes % 60))") }
            object.member("time_zone", "UTC")
        }
    }
}
