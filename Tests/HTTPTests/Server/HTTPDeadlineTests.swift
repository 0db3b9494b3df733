import EventLoop
import HTTP
import TestSupport
import Testing

/// Deadlines by a clock that the test moves.
struct HTTPDeadlineTests {
    private static func deadlines(_ configuration: inout HTTPServerConfiguration) {
        configuration.deadlines.handshake = .seconds(5)
        configuration.deadlines.header = .seconds(10)
        configuration.deadlines.body = .seconds(20)
        configuration.deadlines.write = .seconds(30)
        configuration.deadlines.minimumProgress = 1_000
        configuration.deadlines.idle = .seconds(60)
        configuration.deadlines.linger = .seconds(2)
    }

    private static func isOpen(_ server: TestServer) -> Bool { server.statistics.open == 1 }

    @Test func aHeadThatDripsIsCutOff() async throws {
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            #expect(try await client.get("/").status == 200)
            var sent = server.statistics.bytesReceived
            for piece in ["GET / HT", "TP/1.1\r\n", "Host: a\r\n", "X: y\r\n"] {
                try await client.send(piece)
                sent += piece.utf8.count
                try await eventually("the piece is there") { server.statistics.bytesReceived == sent }
                await server.clock.advance(by: .seconds(3))
            }
            let response = try #require(try await client.response())
            #expect(response.status == 408)
            #expect(response.headers["connection"] == "close")
            client.shutdownWrite()
            #expect(await client.isEnded())
            #expect(server.statistics.timedOut == 1)
        }
    }

    @Test func aClientThatSaysNothingIsClosed() async throws {
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await eventually("it is accepted") { HTTPDeadlineTests.isOpen(server) }
            await server.clock.advance(by: .milliseconds(9_999))
            #expect(HTTPDeadlineTests.isOpen(server))
            await server.clock.advance(by: .milliseconds(1))
            #expect(await client.isEnded())
        }
    }

    /// Each message of a handshake has its time: when very many connect at once, what the server takes for the answer is
    /// not the client's.
    @Test func aHandshakeThatStopsIsClosed() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration], configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await eventually("it is accepted") { HTTPDeadlineTests.isOpen(server) }
            await server.clock.advance(by: .milliseconds(4_999))
            #expect(HTTPDeadlineTests.isOpen(server))
            try await client.send(TestClient.clientHello())
            #expect(try await client.read(1) == [0x16], "a handshake record")
            await server.clock.advance(by: .milliseconds(4_999))
            #expect(HTTPDeadlineTests.isOpen(server))
            await server.clock.advance(by: .milliseconds(1))
            try await eventually("it is closed") { server.statistics.open == 0 }
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            for _ in 0..<3 {
                #expect(try await client.get("/").status == 200)
                // The time starts anew with each request.
                await server.clock.advance(by: .seconds(59))
                #expect(HTTPDeadlineTests.isOpen(server))
            }
            await server.clock.advance(by: .seconds(1))
            #expect(await client.isEnded())
            // Nobody was too slow.
            #expect(server.statistics.timedOut == 0)
        }
    }

    @Test func aWaitingExchangeHasNoDeadline() async throws {
        let held = Held()
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            held.hold($0)
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            for _ in 0..<10 { await server.clock.advance(by: .seconds(600)) }
            await held.on { exchange in
                exchange.begin(.ok, [:])
                exchange.write(Array("a".utf8))
            }
            for _ in 0..<10 { await server.clock.advance(by: .seconds(600)) }
            await held.on { exchange in
                exchange.write(Array("b".utf8))
                exchange.finish()
            }
            #expect(try await client.response()?.text == "ab")
        }
    }

    @Test func aBodyThatDripsIsCutOff() async throws {
        try await withServer(configure: HTTPDeadlineTests.deadlines, answer: HTTP1ExchangeTests.echo) { server in
            let client = try await server.client()
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
            try await client.send(head)
            try await eventually("the head is there") { server.statistics.bytesReceived == head.utf8.count }
            // A body that comes at the least rate goes on.
            var sent = head.utf8.count
            for _ in 0..<5 {
                try await client.send([UInt8](repeating: 1, count: 1_000))
                sent += 1_000
                try await eventually("the part is there") { server.statistics.bytesReceived == sent }
                await server.clock.advance(by: .seconds(20))
                #expect(HTTPDeadlineTests.isOpen(server))
            }
            try await client.send([UInt8](repeating: 1, count: 999))
            try await eventually("the part is there") { server.statistics.bytesReceived == sent + 999 }
            await server.clock.advance(by: .seconds(20))
            let response = try #require(try await client.response())
            #expect(response.status == 408)
            #expect(response.headers["connection"] == "close")
        }
    }

    @Test(arguments: [false, true])
    func aReaderWhoStopsIsDropped(isStreamed: Bool) async throws {
        let body = [UInt8](repeating: 7, count: 16_000_000)
        let closed = Tally()
        try await withServer {
            HTTPDeadlineTests.deadlines(&$0)
            $0.limits.writeBacklog = 32_000_000
        } answer: { exchange in
            exchange.onClose = { closed.add() }
            if isStreamed {
                exchange.begin(.ok, [:])
                exchange.write(body)
            } else {
                exchange.respond(HTTPResponse(status: .ok, body: body))
            }
        } test: { server in
            let client = try await TestClient(port: server.port, receiveBuffer: 20_000)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the sockets are full") { server.statistics.bytesSent > 0 }
            await server.clock.advance(by: .zero)
            await server.clock.advance(by: .seconds(29))
            #expect(HTTPDeadlineTests.isOpen(server))
            await server.clock.advance(by: .seconds(1))
            #expect(server.statistics.open == 0)
            #expect(server.statistics.timedOut == 1)
            #expect(closed.count == (isStreamed ? 1 : 0))
        }
    }

    @Test func aReaderWhoIsSlowButReadsIsNot() async throws {
        let body = [UInt8](repeating: 7, count: 64_000_000)
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            $0.respond(HTTPResponse(status: .ok, body: body))
        } test: { server in
            let client = try await TestClient(port: server.port, receiveBuffer: 20_000)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the sockets are full") { server.statistics.bytesSent > 0 }
            await server.clock.advance(by: .zero)
            var read = 0
            for _ in 0..<5 {
                let before = server.statistics.bytesSent
                read += try await client.read(8_000_000).count
                try await eventually("some more is on its way") { server.statistics.bytesSent > before }
                await server.clock.advance(by: .seconds(30))
                #expect(HTTPDeadlineTests.isOpen(server))
            }
            #expect(try await client.read(64_000_000 - read).count == 64_000_000 - read)
        }
    }

    @Test func aHandshakeThatStopsIsCutOff() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration], configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await client.send([0x16, 0x03, 0x01])
            try await eventually("it is accepted") { HTTPDeadlineTests.isOpen(server) }
            await server.clock.advance(by: .milliseconds(4_999))
            #expect(HTTPDeadlineTests.isOpen(server))
            await server.clock.advance(by: .milliseconds(1))
            #expect(await client.isEnded())
            #expect(server.statistics.timedOut == 1)
        }
    }

    @Test func aClientThatDoesNotEndIsNotWaitedForLong() async throws {
        try await withServer(configure: HTTPDeadlineTests.deadlines) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await client.send("BAD\r\n\r\n")
            #expect(try await client.response()?.status == 400)
            #expect(HTTPDeadlineTests.isOpen(server))
            await server.clock.advance(by: .seconds(2))
            #expect(server.statistics.open == 0)
        }
    }
}
