import EventLoop
import HTTP
import Testing

/// The application may call back in the middle of anything, also what ends the connection under whoever called it.
struct HTTPReentryTests {
    /// Requests wait behind the first. Its answer, given from outside any event, begins the second, which breaks off
    /// the connection while the first's call is still on the stack.
    @Test func anAnswerWhoseSuccessorEndsTheConnection() async throws {
        let held = Held()
        let closed = Tally()
        try await withServer { exchange in
            exchange.onClose = { closed.add() }
            if exchange.head.path == "/abort" { exchange.abort() } else { held.hold(exchange) }
        } test: { server in
            let client = try await server.client()
            try await client.send(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /abort HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            try await eventually("the first waits") { held.count == 1 }
            await held.on { $0.respond(.text("ok")) }
            try await eventually("the connection is gone") { server.statistics.open == 0 }
            #expect(held.count == 1)
            #expect(closed.count == 0)
        }
    }

    @Test(arguments: [false, true])
    func anAnswerFromWithinTheBody(isHTTP2: Bool) async throws {
        try await withServer { exchange in
            exchange.readBody { _ in
                if !exchange.hasResponded { exchange.respond(.text("enough")) }
            } onEnd: { _ in
            }
        } test: { server in
            if isHTTP2 {
                let client = try await HTTP2TestClient(port: server.port)
                try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
                try await client.send(HTTP2TestClient.frame(.data, flags: 1, stream: 1, payload: [1, 2, 3]))
                #expect(try await client.response(1).text == "enough")
            } else {
                let client = try await server.client()
                for _ in 0..<2 {
                    try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                    #expect(try await client.response()?.text == "enough")
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func aConnectionAbortedFromWithinItsBody(isHTTP2: Bool) async throws {
        let ends = Log()
        try await withServer { exchange in
            exchange.readBody { _ in
                exchange.abort()
            } onEnd: { error in
                ends.add("\(String(describing: error))")
            }
        } test: { server in
            if isHTTP2 {
                let client = try await HTTP2TestClient(port: server.port)
                try await client.send(HTTP2TestClient.request(1, "/", method: "POST", ends: false))
                try await client.send(HTTP2TestClient.frame(.data, flags: 1, stream: 1, payload: [1, 2, 3]))
                #expect(try await client.next(.reset).stream == 1)
            } else {
                let client = try await server.client()
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc")
                try await eventually("the connection is gone") { server.statistics.open == 0 }
            }
        }
    }

    /// One client's leaving answers another, on the same loop.
    @Test func onCloseMayAnswerOthers() async throws {
        let held = Held()
        try await withServer { exchange in
            if exchange.head.path == "/first" {
                exchange.onClose = { for other in held.all where other !== exchange { other.respond(.text("left")) } }
            }
            held.hold(exchange)
        } test: { server in
            let first = try await server.client()
            try await first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the first waits") { held.count == 1 }
            let second = try await server.client()
            try await second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
            let third = try await HTTP2TestClient(port: server.port)
            try await third.send(HTTP2TestClient.request(1, "/third"))
            try await eventually("all wait") { held.count == 3 }
            first.close()
            #expect(try await second.response()?.text == "left")
            #expect(try await third.response(1).text == "left")
        }
    }
}
