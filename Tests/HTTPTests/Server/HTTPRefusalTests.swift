import EventLoop
import HTTP
import Testing

/// What is refused, over real sockets: the answer, the end of the connection, and that nothing got through.
struct HTTPRefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 5_000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 30))\r\n", 431),
        ("GET /\(String(repeating: "x", count: 3_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.7\r\nHost: a\r\n\r\n", 505),
        // Smuggling
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ])
    func aBadRequestIsAnsweredAndEndsTheConnection(request: String, status: Int) async throws {
        let seen = Tally()
        try await withServer {
            $0.limits.http1.headerBytes = 4_000
            $0.limits.http1.headerCount = 20
            $0.limits.http1.requestLineBytes = 2_000
            $0.limits.http1.bodyBytes = 9_000
        } answer: { exchange in
            seen.add()
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            // What follows is never taken for a request.
            try await client.send(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try #require(try await client.response())
            #expect(response.status == status)
            #expect(response.headers["connection"] == "close")
            client.shutdownWrite()
            #expect(await client.isEnded())
            #expect(seen.count == 0)
            #expect(server.statistics.malformed == 1)
        }
    }

    @Test func aMalformedChunkIsAnsweredWith400() async throws {
        let errors = Log()
        try await withServer { exchange in
            exchange.onClose = { errors.add("closed") }
            exchange.collectBody(limit: 100) { errors.add("\($0)") }
        } test: { server in
            let client = try await server.client()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXXXX")
            #expect(try await client.response()?.status == 400)
            client.shutdownWrite()
            #expect(await client.isEnded())
            #expect(errors.all.count == 2)
            #expect(errors.all.first?.contains("disconnected") == true)
        }
    }

    @Test func aTLSHandshakeOnAPlainPortIsClosedAtOnce() async throws {
        try await withServer {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])
            #expect(await client.isEnded())
        }
    }

    @Test func anAddressHasItsNumberOfConnections() async throws {
        try await withServer(configure: { $0.limits.connectionsPerAddress = 2 }) {
            $0.respond(.text("ok"))
        } test: { server in
            let first = try await server.client()
            let second = try await server.client()
            #expect(try await first.get("/").status == 200)
            #expect(try await second.get("/").status == 200)
            let third = try await server.client()
            #expect(await third.isEnded())
            #expect(server.statistics.refused == 1)
            // A place that becomes free can be taken.
            first.close()
            try await eventually("the first is gone") { server.statistics.open == 1 }
            let fourth = try await server.client()
            #expect(try await fourth.get("/").status == 200)
        }
    }

    @Test func aTrustedProxyHasNoSuchLimit() async throws {
        let loopback = try #require(AddressRange("127.0.0.0/8"))
        try await withServer {
            $0.limits.connectionsPerAddress = 1
            $0.trustedProxies = TrustedProxies([loopback])
        } answer: {
            $0.respond(.text("ok"))
        } test: { server in
            let first = try await server.client()
            let second = try await server.client()
            #expect(try await first.get("/").status == 200)
            #expect(try await second.get("/").status == 200)
        }
    }

    @Test func theServerHasItsNumberOfConnections() async throws {
        try await withServer(loops: 2, configure: { $0.limits.connections = 1 }) {
            $0.respond(.text("ok"))
        } test: { server in
            let first = try await server.client()
            #expect(try await first.get("/").status == 200)
            let second = try await server.client()
            #expect(await second.isEnded())
        }
    }

    @Test func onlyTrustedProxiesAreBelieved() async throws {
        let fields = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n"
        let answer: @Sendable (HTTPExchange) -> Void = {
            $0.respond(.text("\($0.head.remoteAddress) \($0.head.isSecure)"))
        }
        try await withServer(answer: answer) { server in
            let text = try await server.client().get("/", fields).text
            #expect(text == "127.0.0.1 false")
        }
        let loopback = try #require(AddressRange("127.0.0.1"))
        try await withServer(configure: { $0.trustedProxies = TrustedProxies([loopback]) }, answer: answer) { server in
            let text = try await server.client().get("/", fields).text
            #expect(text == "203.0.113.7 true")
            let direct = try await server.client().get("/").text
            #expect(direct == "127.0.0.1 false")
        }
    }
}
