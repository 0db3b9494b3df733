import EventLoop
import HTTP
import Testing

/// What costs a server more than its client is bounded.
struct HTTP2FloodTests {
    private static func isDropped(_ client: HTTP2TestClient) async -> Bool {
        do {
            while true { _ = try await client.frame() }
        } catch {
            return true
        }
    }

    /// CVE-2023-44487
    @Test func rapidResetsEndTheConnection() async throws {
        let seen = Tally()
        try await withServer(configure: { $0.limits.http2.resets = 50 }) { _ in
            seen.add()
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            var attack: [UInt8] = []
            for number in 0..<1_000 {
                let stream = 2 * number + 1
                attack += HTTP2TestClient.request(stream, "/")
                attack += HTTP2TestClient.frame(.reset, stream: stream, payload: [0, 0, 0, 8])
            }
            _ = client.client.sendWhatFits(attack)
            #expect(await HTTP2FloodTests.isDropped(client))
            #expect(seen.count <= 60)
            #expect(server.statistics.floods == 1)
            try await eventually("it is gone") { server.statistics.open == 0 }
        }
    }

    /// CVE-2025-8671: the client makes the server reset.
    @Test func resetsThatTheClientProvokesCountToo() async throws {
        try await withServer(configure: { $0.limits.http2.resets = 50 }) { _ in
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            var attack: [UInt8] = []
            for number in 0..<1_000 {
                let stream = 2 * number + 1
                attack += HTTP2TestClient.request(stream, "/")
                // A window beyond what there can be is an error of the stream.
                attack += HTTP2TestClient.frame(.windowUpdate, stream: stream, payload: [0x7f, 0xff, 0xff, 0xff])
            }
            _ = client.client.sendWhatFits(attack)
            #expect(await HTTP2FloodTests.isDropped(client))
            try await eventually("it is gone") { server.statistics.open == 0 }
            #expect(server.statistics.floods == 1)
        }
    }

    @Test func resetsOverALongTimeAreNoFlood() async throws {
        try await withServer(configure: { $0.limits.http2.resets = 50 }) { _ in
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            for number in 0..<40 {
                let stream = 2 * number + 1
                try await client.send(
                    HTTP2TestClient.request(stream, "/")
                        + HTTP2TestClient.frame(.reset, stream: stream, payload: [0, 0, 0, 8]))
            }
            try await eventually("all are there") { server.statistics.requests == 40 }
            await server.clock.advance(by: .seconds(10))
            for number in 40..<80 {
                let stream = 2 * number + 1
                try await client.send(
                    HTTP2TestClient.request(stream, "/")
                        + HTTP2TestClient.frame(.reset, stream: stream, payload: [0, 0, 0, 8]))
            }
            try await eventually("all are there") { server.statistics.requests == 80 }
            #expect(server.statistics.floods == 0)
            #expect(server.statistics.open == 1)
        }
    }

    @Test(arguments: [
        HTTP2TestClient.frame(.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0]),
        HTTP2TestClient.frame(.settings),
        HTTP2TestClient.frame(.priority, stream: 1, payload: [0, 0, 0, 0, 0]),
    ])
    func framesThatAskForNothingEndTheConnection(frame: [UInt8]) async throws {
        try await withServer(configure: { $0.limits.http2.controlFrames = 100 }) { _ in
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            _ = client.client.sendWhatFits([UInt8]((0..<5_000).map { _ in frame }.joined()))
            #expect(await HTTP2FloodTests.isDropped(client))
            try await eventually("it is gone") { server.statistics.open == 0 }
            #expect(server.statistics.floods == 1)
        }
    }

    @Test func emptyDataEndsTheConnection() async throws {
        try await withServer(configure: { $0.limits.http2.controlFrames = 100 }) { exchange in
            exchange.collectBody(limit: 100) { _ in }
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
            _ = client.client.sendWhatFits(
                [UInt8]((0..<5_000).map { _ in HTTP2TestClient.frame(.data, stream: 1) }.joined()))
            #expect(await HTTP2FloodTests.isDropped(client))
        }
    }

    /// CVE-2024-28182
    @Test func continuationsWithoutEndAreCutOff() async throws {
        let seen = Tally()
        try await withServer { _ in
            seen.add()
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            var attack = HTTP2TestClient.frame(
                .headers, flags: 1, stream: 1,
                payload: HTTP2TestClient.fields([
                    (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"),
                ]))
            for number in 0..<1_000 {
                attack += HTTP2TestClient.frame(
                    .continuation, stream: 1, payload: HTTP2TestClient.fields([("x-\(number)", "y")]))
            }
            _ = client.client.sendWhatFits(attack)
            #expect(await HTTP2FloodTests.isDropped(client))
            #expect(seen.count == 0)
        }
    }

    @Test func fieldsBeyondTheLimitAreRefused() async throws {
        let seen = Tally()
        try await withServer {
            $0.limits.http1.headerBytes = 4_000
            $0.limits.http1.headerCount = 20
        } answer: { exchange in
            seen.add()
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            let large = [("x", String(repeating: "y", count: 5_000))]
            let many = (0..<30).map { ("x-\($0)", "y") }
            try await client.send(
                HTTP2TestClient.request(1, "/", fields: large) + HTTP2TestClient.request(3, "/", fields: many)
                    + HTTP2TestClient.request(5, "/", fields: [("x", "y")]))
            // A literal, as 431 is not in the static table.
            let responses = try await client.responses([1, 3, 5])
            #expect(responses.map { $0.head.first == 0x88 } == [false, false, true])
            #expect(seen.count == 1)
        }
    }

    @Test func streamsBeyondTheLimitAreRefused() async throws {
        let held = Held()
        try await withServer(configure: { $0.limits.http2.concurrentStreams = 3 }) {
            held.hold($0)
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            for stream in [1, 3, 5, 7] { try await client.send(HTTP2TestClient.request(stream, "/")) }
            let reset = try await client.next(.reset)
            #expect(reset.stream == 7)
            #expect(reset.payload == [0, 0, 0, 7])
            #expect(held.count == 3)
            await held.on { $0.respond(.text("ok")) }
            _ = try await client.response(1)
            try await client.send(HTTP2TestClient.request(9, "/"))
            try await eventually("there is room again") { held.count == 4 }
            // Who goes beyond what he has acknowledged breaks the protocol.
            try await client.send(HTTP2TestClient.frame(.settings, flags: 1) + HTTP2TestClient.request(11, "/"))
            #expect(await HTTP2FloodTests.isDropped(client))
        }
    }

    @Test(arguments: ["http://other/", "x", "/a b"])
    func pathsThatHTTP1RefusesAreRefusedHere(path: String) async throws {
        let seen = Tally()
        try await withServer { exchange in
            seen.add()
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, path) + HTTP2TestClient.request(3, "/"))
            _ = try await client.response(3)
            #expect(seen.count == 1)
        }
    }

    @Test func aReaderWhoKeepsItsWindowShutIsDropped() async throws {
        try await withServer {
            $0.deadlines.write = .seconds(30)
            $0.deadlines.minimumProgress = 1
        } answer: {
            $0.respond(HTTPResponse(status: .ok, body: [UInt8](repeating: 1, count: 100_000)))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port, settings: [(4, 0)])
            try await client.send(HTTP2TestClient.request(1, "/"))
            _ = try await client.next(.headers)
            await server.clock.advance(by: .seconds(29))
            // What answers its pings is no progress.
            try await client.send(HTTP2TestClient.frame(.ping, payload: [UInt8](repeating: 0, count: 8)))
            _ = try await client.next(.ping)
            #expect(server.statistics.open == 1)
            await server.clock.advance(by: .seconds(1))
            #expect(server.statistics.open == 0)
            #expect(server.statistics.timedOut == 1)
        }
    }

    /// The other streams of its connection go on.
    @Test func aStreamWhoseWindowStaysShutIsReset() async throws {
        let held = Held()
        try await withServer {
            $0.deadlines.write = .seconds(30)
            $0.deadlines.minimumProgress = 1
        } answer: { exchange in
            if exchange.head.path == "/held" { return held.hold(exchange) }
            exchange.respond(HTTPResponse(status: .ok, body: [UInt8](repeating: 1, count: 100_000)))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port, settings: [(4, 0)])
            try await client.send(HTTP2TestClient.request(3, "/held") + HTTP2TestClient.request(5, "/"))
            _ = try await client.next(.headers)
            #expect(held.count == 1)
            await server.clock.advance(by: .seconds(30))
            let reset = try await client.next(.reset)
            #expect(reset.stream == 5 && reset.payload == [0, 0, 0, 8])
            #expect(server.statistics.timedOut == 1 && server.statistics.open == 1)
            // With nothing that waits there is nothing to be late.
            await server.clock.advance(by: .seconds(60))
            try await client.send(
                HTTP2TestClient.frame(.windowUpdate, stream: 3, payload: HTTP2TestClient.bytes(100, 4)))
            await held.on { $0.respond(.text("ok")) }
            #expect(try await client.response(3).text == "ok")
        }
    }

    @Test func aBodyThatDripsIsCutOff() async throws {
        let results = Log()
        try await withServer(configure: { $0.deadlines.body = .seconds(20) }) { exchange in
            exchange.collectBody(limit: 100_000) { result in
                results.add("\(result)")
                exchange.respond(HTTPResponse(status: .requestTimeout))
            }
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
            try await eventually("it is there") { server.statistics.requests == 1 }
            await server.clock.advance(by: .seconds(20))
            _ = try await client.next(.headers)
            #expect(results.all == ["\(Result<[UInt8], HTTPBodyError>.failure(.timedOut))"])
        }
    }

    /// The connection does not wait for the rest of a head that was refused.
    @Test func aRefusedHeadEndsItsStreamOnly() async throws {
        try await withServer {
            $0.deadlines.header = .seconds(10)
            $0.deadlines.idle = .seconds(60)
        } answer: {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            // Names are in lower case.
            try await client.send(HTTP2TestClient.request(1, "/", fields: [("X-Upper", "y")]))
            #expect(try await client.next(.reset).stream == 1)
            await server.clock.advance(by: .seconds(30))
            #expect(server.statistics.open == 1)
            try await client.send(HTTP2TestClient.request(3, "/"))
            #expect(try await client.response(3).text == "ok")
        }
    }

    @Test func anIdleConnectionIsEnded() async throws {
        try await withServer(configure: { $0.deadlines.idle = .seconds(60) }) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/"))
            _ = try await client.response(1)
            await server.clock.advance(by: .seconds(59))
            #expect(server.statistics.open == 1)
            await server.clock.advance(by: .seconds(1))
            _ = try await client.next(.goAway)
        }
    }

    @Test func aClientThatSaysNothingMoreIsClosed() async throws {
        try await withServer(configure: { $0.deadlines.header = .seconds(10) }) { _ in
        } test: { server in
            let client = try await server.client()
            try await client.send(Array(HTTP2TestClient.preface.prefix(20)))
            try await eventually("it is there") { server.statistics.bytesReceived == 20 }
            await server.clock.advance(by: .seconds(10))
            try await eventually("it is gone") { server.statistics.open == 0 }
        }
    }
}
