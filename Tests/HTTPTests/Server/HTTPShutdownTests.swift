import EventLoop
import HTTP
import Testing

struct HTTPShutdownTests {
    @Test func whatIsUnderWayIsFinished() async throws {
        let held = Held()
        try await withServer(loops: 2) { exchange in
            if exchange.head.path == "/slow" { held.hold(exchange) } else { exchange.respond(.text("ok")) }
        } test: { server in
            let idle = try await server.client()
            #expect(try await idle.get("/").status == 200)
            let busy = try await server.client()
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            // A task of its own: what throws below must not wait for this end, which then does not come.
            let ended = Task { await server.server.shutdown(grace: .seconds(60)) }
            // The idle one is closed at once; nobody new is let in.
            #expect(await idle.isEnded())
            try await eventually("nobody is let in") { server.statistics.open == 1 }
            // One of the listening sockets may be closed some time after the other.
            await #expect(throws: ClientError.self) {
                while true { try await server.client().close() }
            }
            await held.on { $0.respond(.text("done")) }
            let response = try #require(try await busy.response())
            #expect(response.text == "done")
            #expect(response.headers["connection"] == "close")
            #expect(await busy.isEnded())
            await ended.value
            #expect(server.statistics.open == 0)
        }
    }

    @Test func whatDoesNotFinishIsClosedAfterTheGrace() async throws {
        let held = Held()
        let closed = Tally()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            held.hold(exchange)
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            let ending = Task { await server.server.shutdown(grace: .seconds(60)) }
            await #expect(throws: ClientError.self) {
                while true { try await server.client().close() }
            }
            await server.clock.advance(by: .seconds(59))
            #expect(closed.count == 0)
            await server.clock.advance(by: .seconds(1))
            await ending.value
            #expect(closed.count == 1)
            #expect(await client.isEnded())
        }
    }

    @Test func aServerThatCannotListenSaysWhy() async throws {
        try await withServer {
            $0.respond(.text("ok"))
        } test: { server in
            // An address of the documentation's, never ours.
            let other = try #require(PeerAddress("192.0.2.1"))
            let second = HTTPServer(
                configuration: HTTPServerConfiguration(listeners: [HTTPListener(address: other, port: 0)]),
                group: server.group, application: TestApplication { _ in })
            #expect(throws: HTTPServerError.self) { try second.start() }
        }
    }
}
