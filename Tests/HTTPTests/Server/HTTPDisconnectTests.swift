import EventLoop
import HTTP
import Testing

/// An exchange hears of it when its client is gone.
struct HTTPDisconnectTests {
    @Test(arguments: [false, true])
    func aWaitingExchangeHearsThatItsClientLeft(byReset: Bool) async throws {
        let held = Held()
        let closed = Tally()
        try await withServer { exchange in
            held.hold(exchange)
            exchange.onClose = { closed.add() }
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            if byReset { client.reset() } else { client.close() }
            try await eventually("it hears") { closed.count == 1 }
            try await eventually("the connection is gone") { server.statistics.open == 0 }
            // What is said to nobody does nothing.
            await held.on { exchange in
                #expect(exchange.hasResponded)
                exchange.respond(.text("late"))
                exchange.begin(.ok, [:])
                #expect(!exchange.write([1]))
                exchange.finish()
                exchange.abort()
            }
            #expect(closed.count == 1)
        }
    }

    @Test func soDoesOneWithRequestsBehindIt() async throws {
        let held = Held()
        let closed = Tally()
        try await withServer { exchange in
            held.hold(exchange)
            exchange.onClose = { closed.add() }
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            client.close()
            try await eventually("it hears") { closed.count == 1 }
            #expect(held.count == 1)
        }
    }

    /// Nothing tells of the end again when it was there before the body was read.
    @Test func aBodyThatEndsWithItsClientIsBroken() async throws {
        let held = Held()
        let broken = Tally()
        try await withServer { exchange in
            held.hold(exchange)
        } test: { server in
            let client = try await server.client()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            try await client.send("half of it")
            client.shutdownWrite()
            await held.on { exchange in
                exchange.collectBody(limit: 100) { result in
                    if case .failure(.disconnected) = result { broken.add() }
                }
            }
            try await eventually("it hears") { broken.count == 1 }
            try await eventually("the connection is gone") { server.statistics.open == 0 }
        }
    }

    /// The end of the client's direction may come together with bytes, and then only once.
    @Test func halfARequestAndTheEndClosesAtOnce() async throws {
        try await withServer { exchange in
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HT")
            client.shutdownWrite()
            try await eventually("the connection is gone") { server.statistics.open == 0 }
        }
    }

    @Test func requestsBeforeTheEndAreAnswered() async throws {
        try await withServer { exchange in
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.shutdownWrite()
            let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 2)
        }
    }

    @Test func aStreamHearsThatItsClientLeft() async throws {
        let held = Held()
        let closed = Tally()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            exchange.begin(.ok, [:])
            exchange.write([1, 2, 3])
            held.hold(exchange)
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the exchange waits") { held.count == 1 }
            client.close()
            try await eventually("it hears") { closed.count == 1 }
        }
    }

    @Test func aBodyThatBreaksOffIsTold() async throws {
        let results = Log()
        let closed = Tally()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            exchange.collectBody(limit: 100) { results.add("\($0)") }
        } test: { server in
            let client = try await server.client()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            try await eventually("the half is there") { server.statistics.bytesReceived >= 50 }
            client.close()
            try await eventually("it is told") { closed.count == 1 }
            #expect(results.all == ["\(Result<[UInt8], HTTPBodyError>.failure(.disconnected))"])
        }
    }

    @Test func onCloseIsNotCalledForAFinishedExchange() async throws {
        let closed = Tally()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            exchange.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            #expect(try await client.get("/").status == 200)
            client.close()
            try await eventually("the connection is gone") { server.statistics.open == 0 }
            #expect(closed.count == 0)
        }
    }
}
