import EventLoop
import HTTP
import TestSupport
import Testing

struct HTTP2Tests {
    /// The indexed field `:status: 200` (RFC 7541 appendix A).
    private static let ok: UInt8 = 0x88

    @Test func aClientThatKnowsSpeaksHTTP2AtOnce() async throws {
        try await withServer { exchange in
            #expect(exchange.head.version == .http2)
            #expect(exchange.head.authority == "test")
            #expect(exchange.head.queryValue("x") == "1")
            exchange.respond(.text(exchange.head.path))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(
                HTTP2TestClient.request(1, "/a?x=1") + HTTP2TestClient.request(3, "/b?x=1"))
            let responses = try await client.responses([1, 3])
            #expect(responses.map(\.head.first) == [HTTP2Tests.ok, HTTP2Tests.ok])
            #expect(responses.map(\.text) == ["/a", "/b"])
            #expect(server.statistics.accepted == 1)
        }
    }

    /// The preface may come in any pieces.
    @Test func thePrefaceMayComeInPieces() async throws {
        try await withServer {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            var sent = 0
            for byte in HTTP2TestClient.preface {
                try await client.send([byte])
                sent += 1
                try await eventually("the byte is there") { server.statistics.bytesReceived == sent }
            }
            let http2 = HTTP2TestClient(unprefaced: client)
            try await http2.send(HTTP2TestClient.frame(.settings) + HTTP2TestClient.request(1, "/"))
            #expect(try await http2.response(1).head.first == HTTP2Tests.ok)
        }
    }

    @Test func thePrefaceInTheMiddleOfAConnectionIsRefused() async throws {
        try await withServer {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            #expect(try await client.get("/").status == 200)
            try await client.send(HTTP2TestClient.preface)
            #expect(try await client.response()?.status == 505)
        }
    }

    @Test func requestsGoOverTLS() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration]) {
            $0.respond(.text("\($0.head.isSecure)"))
        } test: { server in
            let plain = try await server.client()
            _ = try await plain.startTLS(TestClient.TLSOffer(protocols: ["h2"]))
            let client = try await HTTP2TestClient(plain)
            try await client.send(HTTP2TestClient.request(1, "/"))
            #expect(try await client.response(1).text == "true")
        }
    }

    @Test func aBodyLargerThanTheWindowArrives() async throws {
        try await withServer(answer: HTTP1ExchangeTests.echo) { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
            var window = 65_535
            var offset = 0
            while offset < body.count {
                while window == 0 {
                    let update = try await client.next(.windowUpdate)
                    if update.stream == 1 { window += update.payload.reduce(0) { $0 << 8 | Int($1) } }
                }
                let count = min(window, 16_384, body.count - offset)
                let ends = offset + count == body.count
                try await client.send(
                    HTTP2TestClient.frame(
                        .data, flags: ends ? 1 : 0, stream: 1, payload: Array(body[offset..<(offset + count)])))
                offset += count
                window -= count
            }
            #expect(try await client.response(1).body == body)
        }
    }

    /// The window does not open for an application that does not read.
    @Test func aBodyThatNobodyAskedForIsHeldBack() async throws {
        let held = Held()
        try await withServer(configure: { $0.limits.http2.streamWindow = 100_000 }, answer: { held.hold($0) }) {
            server in
            let client = try await HTTP2TestClient(port: server.port)
            let settings = try await client.next(.settings)
            #expect(settings.payload.count.isMultiple(of: 6))
            try await client.send(HTTP2TestClient.frame(.settings, flags: 1))
            try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
            for _ in 0..<10 {
                try await client.send(
                    HTTP2TestClient.frame(.data, stream: 1, payload: [UInt8](repeating: 1, count: 10_000)))
            }
            try await client.send(HTTP2TestClient.frame(.ping, payload: [UInt8](repeating: 0, count: 8)))
            // No window update for the stream comes before the answer to the ping.
            var frame = try await client.frame()
            while !frame.isKind(.ping) {
                #expect(!(frame.isKind(.windowUpdate) && frame.stream == 1))
                frame = try await client.frame()
            }
            await held.on { exchange in
                exchange.collectBody(limit: 1_000_000) { result in
                    exchange.respond(.text("\((try? result.get())?.count ?? -1)"))
                }
            }
            let update = try await client.next(.windowUpdate)
            #expect(update.stream == 1 || update.stream == 0)
            try await client.send(HTTP2TestClient.frame(.data, flags: 1, stream: 1))
            #expect(try await client.response(1).text == "100000")
        }
    }

    /// What a stream that is reset leaves behind does not count against the connection's window for ever.
    @Test func uploadsThatAreResetLeaveTheWindowOpen() async throws {
        try await withServer {
            $0.limits.http2.connectionWindow = 65_535
            $0.limits.http2.streamWindow = 65_535
        } answer: { exchange in
            // Nobody asks for the body.
            exchange.onClose = {}
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            let part = [UInt8](repeating: 1, count: 16_000)
            var window = 65_535
            for number in 0..<20 {
                while window < part.count {
                    let update = try await client.next(.windowUpdate)
                    if update.stream == 0 { window += update.payload.reduce(0) { $0 << 8 | Int($1) } }
                }
                let stream = 2 * number + 1
                try await client.send(
                    HTTP2TestClient.request(stream, "/", method: "POST", ends: false)
                        + HTTP2TestClient.frame(.data, stream: stream, payload: part)
                        + HTTP2TestClient.frame(.reset, stream: stream, payload: [0, 0, 0, 8]))
                window -= part.count
            }
            try await eventually("all are there") { server.statistics.requests == 20 }
            #expect(server.statistics.open == 1)
        }
    }

    @Test func aResponseWaitsForTheWindow() async throws {
        let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
        try await withServer { exchange in
            exchange.respond(HTTPResponse(status: .ok, body: body))
        } test: { server in
            // SETTINGS_INITIAL_WINDOW_SIZE
            let client = try await HTTP2TestClient(port: server.port, settings: [(4, 1_000)])
            try await client.send(HTTP2TestClient.request(1, "/"))
            let first = try await client.next(.data)
            #expect(first.payload.count == 1_000)
            try await client.send(HTTP2TestClient.frame(.ping, payload: [UInt8](repeating: 0, count: 8)))
            #expect(try await client.frame().isKind(.ping))
            let more = HTTP2TestClient.bytes(10_000_000, 4)
            try await client.send(
                HTTP2TestClient.frame(.windowUpdate, stream: 1, payload: more)
                    + HTTP2TestClient.frame(.windowUpdate, payload: more))
            #expect(try await client.response(1, opensWindows: false).body == Array(body[1_000...]))
        }
    }

    @Test func aStreamedResponseWaitsForItsReader() async throws {
        let refusals = Tally()
        let held = Held()
        try await withServer { exchange in
            exchange.begin(.ok, [:])
            exchange.onWritable = { held.hold(exchange) }
            while exchange.write([UInt8](repeating: 1, count: 10_000)) {}
            refusals.add()
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port, settings: [(4, 1_000)])
            try await client.send(HTTP2TestClient.request(1, "/"))
            try await eventually("it is held up") { refusals.count == 1 }
            #expect(held.count == 0)
            let more = HTTP2TestClient.bytes(10_000_000, 4)
            try await client.send(HTTP2TestClient.frame(.windowUpdate, stream: 1, payload: more))
            try await eventually("it may go on") { held.count == 1 }
            await held.on { $0.finish() }
            #expect(try await client.response(1).body.count == 70_000)
        }
    }

    @Test func headAndEmptyResponsesHaveNoData() async throws {
        try await withServer { exchange in
            exchange.respond(exchange.head.path == "/204" ? HTTPResponse(status: .noContent) : .text("hello"))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(
                HTTP2TestClient.request(1, "/", method: "HEAD") + HTTP2TestClient.request(3, "/204"))
            let responses = try await client.responses([1, 3])
            #expect(responses.allSatisfy { $0.body.isEmpty })
        }
    }

    @Test func anUploadThatIsNotWantedIsStopped() async throws {
        try await withServer {
            $0.respond(HTTPResponse(status: .contentTooLarge))
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
            _ = try await client.next(.headers)
            let reset = try await client.next(.reset)
            #expect(reset.stream == 1)
            // NO_ERROR: the answer is to be believed.
            #expect(reset.payload == [0, 0, 0, 0])
        }
    }

    @Test func aCancelledStreamIsTold() async throws {
        let closed = Tally()
        let held = Held()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            held.hold(exchange)
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/") + HTTP2TestClient.request(3, "/"))
            try await eventually("both wait") { held.count == 2 }
            try await client.send(HTTP2TestClient.frame(.reset, stream: 1, payload: [0, 0, 0, 8]))
            try await eventually("it hears") { closed.count == 1 }
            await held.on(0) { $0.respond(.text("late")) }
            await held.on(1) { $0.respond(.text("ok")) }
            #expect(try await client.response(3).text == "ok")
            // The other end of the connection tells the rest.
            try await client.send(HTTP2TestClient.request(5, "/"))
            try await eventually("another waits") { held.count == 3 }
            client.client.close()
            try await eventually("it hears") { closed.count == 2 }
        }
    }

    @Test func anAbortedResponseIsReset() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, [:])
            exchange.write([1])
            exchange.abort()
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/"))
            #expect(try await client.next(.reset).stream == 1)
        }
    }

    @Test func theServerSaysGoodbye() async throws {
        let held = Held()
        try await withServer {
            held.hold($0)
        } test: { server in
            let client = try await HTTP2TestClient(port: server.port)
            try await client.send(HTTP2TestClient.request(1, "/"))
            try await eventually("the exchange waits") { held.count == 1 }
            // A task of its own: what throws below must not wait for this end, which then does not come.
            let ended = Task { await server.server.shutdown(grace: .seconds(60)) }
            let goodbye = try await client.next(.goAway)
            #expect(goodbye.payload.prefix(8) == [0, 0, 0, 1, 0, 0, 0, 0])
            await held.on { $0.respond(.text("done")) }
            #expect(try await client.response(1).text == "done")
            #expect(await client.client.isEnded())
            client.client.close()
            await ended.value
        }
    }
}

extension HTTP2TestClient {
    /// For a connection that has sent its preface.
    init(unprefaced client: TestClient) {
        self.client = client
    }
}
