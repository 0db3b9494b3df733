import EventLoop
import HTTP
import Testing

/// Requests and responses over HTTP/1.1 and real sockets.
struct HTTP1ExchangeTests {
    static let echo: @Sendable (HTTPExchange) -> Void = { exchange in
        exchange.collectBody(limit: 1 << 20) { result in
            switch result {
            case .success(let body): exchange.respond(HTTPResponse(status: .ok, body: body))
            case .failure(.tooLarge): exchange.respond(HTTPResponse(status: .contentTooLarge))
            case .failure(.timedOut): exchange.respond(HTTPResponse(status: .requestTimeout))
            case .failure(.disconnected): break
            }
        }
    }

    @Test func aConnectionServesOneRequestAfterTheOther() async throws {
        try await withServer {
            $0.respond(.text($0.head.path))
        } test: { server in
            let client = try await server.client()
            for path in ["/a", "/b", "/c"] {
                let response = try await client.get(path)
                #expect(response.status == 200)
                #expect(response.text == path)
                #expect(response.headers["content-length"] == "2")
                #expect(response.headers["server"] == nil)
                #expect(response.headers["connection"] == nil)
                #expect(response.headers["date"]?.count == 29)
                #expect(response.headers["date"]?.hasSuffix(" GMT") == true)
            }
            #expect(server.statistics.accepted == 1)
            #expect(server.statistics.requests == 3)
        }
    }

    @Test func aTaskOnTheLoopCanAnswer() async throws {
        try await withServer { exchange in
            Task(executorPreference: exchange.loop) {
                let body = try await exchange.body(limit: 100)
                await Task.yield()
                exchange.respond(HTTPResponse(status: .ok, body: body))
            }
        } test: { server in
            let client = try await server.client()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
            try await client.send("llo")
            #expect(try await client.response()?.text == "hello")
        }
    }

    /// One empty line before a request is forgiven, whatever came on another connection.
    @Test func anEmptyLineCountsForItsConnectionOnly() async throws {
        try await withServer {
            $0.respond(.text($0.head.path))
        } test: { server in
            let one = try await server.client()
            #expect(try await one.get("/").status == 200)
            let before = server.statistics.bytesReceived
            try await one.send("\r\n")
            try await eventually("it is there") { server.statistics.bytesReceived == before + 2 }
            let other = try await server.client()
            #expect(try await other.get("/").status == 200)
            try await other.send("\r\n")
            #expect(try await other.get("/").status == 200)
        }
    }

    @Test func answersToPipelinedRequestsComeInOrder() async throws {
        let held = Held()
        let seen = Log()
        try await withServer { exchange in
            seen.add(exchange.head.path)
            if exchange.head.path == "/slow" {
                held.hold(exchange)
            } else {
                exchange.respond(.text(exchange.head.path))
            }
        } test: { server in
            let client = try await server.client()
            try await client.send(
                ["/slow", "/a", "/slow", "/b"].map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            try await eventually("the first is there") { held.count == 1 }
            // What was asked later is not begun before.
            #expect(seen.all == ["/slow"])
            await held.on(0) { $0.respond(.text("first")) }
            #expect(try await client.response()?.text == "first")
            #expect(try await client.response()?.text == "/a")
            try await eventually("the third is there") { held.count == 2 }
            await held.on(1) { $0.respond(.text("third")) }
            #expect(try await client.response()?.text == "third")
            #expect(try await client.response()?.text == "/b")
        }
    }

    @Test func whatIsSentAheadIsReadUpToABound() async throws {
        let held = Held()
        try await withServer(configure: { $0.limits.pipelineBytes = 1_000 }) { exchange in
            if exchange.head.path == "/slow" {
                held.hold(exchange)
            } else {
                exchange.respond(.text(exchange.head.path))
            }
        } test: { server in
            let client = try await server.client()
            try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the first is there") { held.count == 1 }
            let padding = String(repeating: "x", count: 16_000)
            let request = Array("GET /next HTTP/1.1\r\nHost: a\r\nX: \(padding)\r\n\r\n".utf8)
            var requests: [UInt8] = []
            for _ in 0..<2_000 { requests += request }
            // The server stops reading, so the sockets' buffers fill.
            var sent = 0
            while case let count = client.sendWhatFits(Array(requests[sent...])), count > 0 { sent += count }
            #expect(sent < requests.count)
            #expect(server.statistics.bytesReceived <= 2 * 65_536)
            await held.on { $0.respond(.text("first")) }
            #expect(try await client.response()?.text == "first")
            for _ in 0..<(sent / request.count) {
                #expect(try await client.response()?.text == "/next")
            }
        }
    }

    @Test func chunkedBodiesGoBothWays() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, ["content-type": "text/plain"])
            exchange.readBody {
                exchange.write(Array($0))
            } onEnd: { error in
                #expect(error == nil)
                exchange.finish()
            }
        } test: { server in
            let client = try await server.client()
            for _ in 0..<2 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
                try await client.send("lo\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n")
                let response = try #require(try await client.response())
                #expect(response.headers["transfer-encoding"] == "chunked")
                #expect(response.headers["content-length"] == nil)
                #expect(response.text == "hello world")
            }
        }
    }

    @Test func aStreamOfKnownLengthIsNotChunked() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, ["content-length": "6"])
            exchange.write(Array("abc".utf8))
            exchange.write(Array("def".utf8))
            exchange.finish()
        } test: { server in
            let client = try await server.client()
            for _ in 0..<2 {
                let response = try await client.get("/")
                #expect(response.headers["transfer-encoding"] == nil)
                #expect(response.text == "abcdef")
            }
        }
    }

    @Test func aStreamShorterThanPromisedIsBrokenOff() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, ["content-length": "6"])
            exchange.write(Array("abc".utf8))
            exchange.finish()
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await #expect(throws: ClientError.self) { try await client.response() }
        }
    }

    @Test func anAbortedStreamDoesNotLookComplete() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, [:])
            exchange.write(Array("abc".utf8))
            exchange.abort()
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await #expect(throws: ClientError.self) { try await client.response() }
        }
    }

    @Test func headHasTheLengthAndNoBody() async throws {
        try await withServer {
            $0.respond(.text("hello"))
        } test: { server in
            let client = try await server.client()
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try #require(try await client.response(toHead: true))
            #expect(head.headers["content-length"] == "5")
            #expect(try await client.get("/").text == "hello")
        }
    }

    @Test func headToAStreamHasNoBodyEither() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, [:])
            exchange.write(Array("abc".utf8))
            exchange.finish()
        } test: { server in
            let client = try await server.client()
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.response(toHead: true)
            #expect(try await client.get("/").text == "abc")
        }
    }

    @Test func statusesWithoutBodyHaveNone() async throws {
        try await withServer { exchange in
            exchange.respond(HTTPResponse(status: exchange.head.path == "/204" ? .noContent : .notModified))
        } test: { server in
            let client = try await server.client()
            let noContent = try await client.get("/204")
            #expect(noContent.status == 204)
            #expect(noContent.headers["content-length"] == nil)
            #expect(try await client.get("/304").status == 304)
        }
    }

    @Test func connectionCloseIsHonoured() async throws {
        try await withServer {
            $0.respond(.text("x"))
        } test: { server in
            let client = try await server.client()
            let response = try await client.get("/", "Connection: close\r\n")
            #expect(response.headers["connection"] == "close")
            #expect(await client.isEnded())
        }
    }

    @Test func http10ClosesUnlessAskedNotTo() async throws {
        try await withServer {
            $0.respond(.text("x"))
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.response()?.headers["connection"] == "keep-alive")
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.response()?.headers["connection"] == "close")
            #expect(await client.isEnded())
        }
    }

    @Test func anHTTP10StreamEndsWithItsConnection() async throws {
        try await withServer { exchange in
            exchange.begin(.ok, [:])
            exchange.write(Array("abc".utf8))
            exchange.finish()
        } test: { server in
            let client = try await server.client()
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let response = try #require(try await client.response())
            #expect(response.headers["connection"] == "close")
            #expect(response.headers["transfer-encoding"] == nil)
            #expect(response.text == "abc")
        }
    }

    @Test func aClientThatWaitsIsToldToGoOn() async throws {
        try await withServer(answer: HTTP1ExchangeTests.echo) { server in
            let client = try await server.client()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.response()?.status == 100)
            try await client.send("hello")
            #expect(try await client.response()?.text == "hello")
            // And the connection goes on.
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
            #expect(try await client.response()?.text == "ok")
        }
    }

    @Test func aClientThatWaitsCanBeRefused() async throws {
        try await withServer {
            $0.respond(HTTPResponse(status: .forbidden))
        } test: { server in
            let client = try await server.client()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            let response = try #require(try await client.response())
            #expect(response.status == 403)
            #expect(response.headers["connection"] == "close")
            client.shutdownWrite()
            #expect(await client.isEnded())
        }
    }

    @Test func theUnreadRestOfASmallBodyIsPassedOver() async throws {
        try await withServer {
            $0.respond(.text($0.head.path))
        } test: { server in
            let client = try await server.client()
            try await client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
            #expect(try await client.response()?.text == "/a")
            try await client.send("67890GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response()?.text == "/b")
        }
    }

    /// The answer arrives although the client is still sending: the server must not reset the connection under it.
    @Test func theUnreadRestOfALargeBodyEndsTheConnection() async throws {
        try await withServer {
            $0.respond(HTTPResponse(status: .contentTooLarge))
        } test: { server in
            let client = try await server.client()
            let length = 4 << 20
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
            try await client.send([UInt8](repeating: 0, count: length))
            let response = try #require(try await client.response())
            #expect(response.status == 413)
            #expect(response.headers["connection"] == "close")
            client.shutdownWrite()
            #expect(await client.isEnded())
        }
    }

    @Test func aBodyAboveTheLimitIsTold() async throws {
        try await withServer { exchange in
            exchange.collectBody(limit: 8) { result in
                #expect(result == .failure(.tooLarge))
                exchange.respond(HTTPResponse(status: .contentTooLarge))
            }
        } test: { server in
            let declared = try await server.client()
            try await declared.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789")
            #expect(try await declared.response()?.status == 413)
            let chunked = try await server.client()
            try await chunked.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n")
            #expect(try await chunked.response()?.status == 413)
        }
    }

    @Test func aFieldThatCannotBeSentIsNotSent() async throws {
        try await withServer { exchange in
            let headers: HTTPHeaders = ["x-name": "a\r\nset-cookie: b=c"]
            if exchange.head.path == "/stream" {
                exchange.begin(.ok, headers)
                exchange.write(Array("abc".utf8))
                exchange.finish()
            } else {
                exchange.respond(HTTPResponse(status: .ok, headers: headers, body: [1]))
            }
        } test: { server in
            for path in ["/whole", "/stream"] {
                let client = try await server.client()
                let response = try await client.get(path)
                #expect(response.status == 500)
                #expect(response.headers["set-cookie"] == nil)
                #expect(response.body.isEmpty)
                #expect(await client.isEnded())
            }
        }
    }

    @Test func largeTextIsCompressedForThoseWhoAcceptIt() async throws {
        let text = [UInt8](repeating: 0x61, count: 50_000)
        let large = [UInt8](repeating: 0x62, count: 1_000_000)
        try await withServer { exchange in
            let type = exchange.head.path == "/picture" ? "image/png" : "application/json"
            exchange.respond(
                HTTPResponse(
                    status: .ok, headers: ["content-type": type], body: exchange.head.path == "/large" ? large : text))
        } test: { server in
            let client = try await server.client()
            let plain = try await client.get("/")
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.body == text)
            let compressed = try await client.get("/", "Accept-Encoding: gzip\r\n")
            #expect(compressed.headers["content-encoding"] == "gzip")
            #expect(compressed.headers["vary"] == "accept-encoding")
            #expect(compressed.body.count < 1_000)
            #expect(try gunzip(compressed.body) == text)
            let sliced = try await client.get("/large", "Accept-Encoding: gzip\r\n")
            #expect(sliced.headers["content-encoding"] == "gzip")
            #expect(try gunzip(sliced.body) == large)
            let picture = try await client.get("/picture", "Accept-Encoding: gzip\r\n")
            #expect(picture.headers["content-encoding"] == nil)
            #expect(picture.body == text)
        }
    }
}
