import HTTP
import TestSupport
import Testing

@testable import Outbound

/// Requests to servers on loopback that do what each test says.
struct HTTPClientTests {
    private func client(
        allowing: [String] = ["127.0.0.1"], proxy: String? = nil, authorities: String? = nil,
        resolver: any AddressResolver = SystemAddressResolver()
    ) throws -> HTTPClient {
        var settings = OutboundSettings()
        settings.allowed = allowing.map { AllowedDestination($0)! }
        settings.proxy = proxy
        settings.authorityFile = authorities
        return try HTTPClient(settings, resolver: resolver)
    }

    private func error(_ client: HTTPClient, _ request: FetchRequest) async -> FetchError? {
        do throws(FetchError) {
            _ = try await client.fetch(request)
            return nil
        } catch { return error }
    }

    @Test func requestAndAnswerArriveWhole() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.request() {
                let seen = "\(request.method) \(request.target) \(request.headers["x-test"] ?? "") "
                connection.answer(
                    418, seen + String(decoding: request.body, as: UTF8.self), headers: ["ETag: \"1\"", "X: a", "X: b"])
            }
        }
        let client = try client()
        let url = server.url + "/a?b=c"
        let answer = try await client.fetch(
            patient("PUT", url, headers: HTTPHeaders([("X-Test", "hello")]), body: Array("body!".utf8)))
        #expect(answer.status == 418)
        #expect(answer.headers.first(named: "etag") == "\"1\"")
        #expect(answer.headers.all(named: "x") == ["a", "b"])
        #expect(String(decoding: answer.body, as: UTF8.self) == "PUT /a?b=c hello body!")
        #expect(answer.url == url)
        let empty = try await client.fetch(patient("POST", server.url + "/p"))
        #expect(String(decoding: empty.body, as: UTF8.self) == "POST /p  ")
        // Kept open.
        #expect(server.connectionCount == 1)
    }

    @Test func aStreamIsReadWhileItArrives() async throws {
        let server = ScriptedServer { connection in
            guard connection.request() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst")
            guard connection.request() == nil else { return }
        }
        let client = try client()
        let stream = try await client.stream(patient("GET", server.url))
        #expect(stream.status == 200)
        #expect(try await stream.next() == Array("first".utf8))
    }

    @Test func aBodyBeyondTheLimitEndsTheRequest() async throws {
        let server = ScriptedServer { connection in
            while connection.request() != nil { connection.answer(200, String(repeating: "x", count: 1000)) }
        }
        let client = try client()
        var request = patient("GET", server.url)
        request.maximumBody = 1000
        #expect(try await client.fetch(request).body.count == 1000)
        request.maximumBody = 999
        #expect(await error(client, request) == .tooLarge)
    }

    @Test func whatIsCompressedCountsAsItIsUnpacked() async throws {
        // 100,000 zeros, packed into about a hundred bytes.
        let packed = try GzipEncoder.encode(Array(repeating: 0, count: 100_000))
        let server = ScriptedServer { connection in
            while connection.request() != nil {
                connection.write(
                    "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(packed.count)\r\n\r\n")
                connection.write(packed)
            }
        }
        let client = try client()
        var request = patient("GET", server.url)
        #expect(try await client.fetch(request).body.count == 100_000)
        request.maximumBody = 50_000
        #expect(await error(client, request) == .tooLarge)
    }

    @Test func headersWithoutEndEndTheRequest() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("x-more: " + String(repeating: "y", count: 1000) + "\r\n") {}
        }
        #expect(await error(try client(), patient("GET", server.url)) == .tooLarge)
    }

    @Test func aDeadlineEndsWhatNeverAnswers() async throws {
        let server = ScriptedServer { $0.waitForEnd() }
        var request = patient("GET", server.url)
        request.timeout = .milliseconds(50)
        #expect(await error(try client(), request) == .timedOut)
    }

    @Test func aDeadlineEndsAnAnswerThatTrickles() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")
            connection.waitForEnd()
        }
        var request = patient("GET", server.url)
        request.timeout = .milliseconds(50)
        #expect(await error(try client(), request) == .timedOut)
    }

    @Test func aDeadlineEndsALookUp() async throws {
        var request = patient("GET", "http://example.org")
        request.timeout = .milliseconds(50)
        #expect(await error(try client(resolver: SilentResolver()), request) == .timedOut)
    }

    @Test func aCancelledTaskEndsItsRequest() async throws {
        let server = ScriptedServer { $0.waitForEnd() }
        let client = try client()
        let waiting = Task { await error(client, patient("GET", server.url)) }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        let resolving = Task {
            await error(try self.client(resolver: SilentResolver()), patient("GET", "http://a.b"))
        }
        resolving.cancel()
        #expect(try await resolving.value == .cancelled)
    }

    @Test func aConnectionThatEndsEarlyIsCut() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")
        }
        #expect(await error(try client(), patient("GET", server.url)) == .cut)
    }

    @Test func nobodyThereIsAnErrorOfItsOwn() async throws {
        let server = ScriptedServer { _ in }
        server.stop()
        #expect(await error(try client(), patient("GET", server.url)) == .cannotConnect(host: "127.0.0.1"))
    }

    @Test func theNextAddressIsTriedWhereOneDoesNotAnswer() async throws {
        let server = ScriptedServer { connection in while connection.request() != nil { connection.answer(200, "here") }
        }
        let resolver = DrivenResolver(["two.example": [["127.0.0.77", "127.0.0.1"]]])
        let client = try client(allowing: ["127.0.0.0/8"], resolver: resolver)
        let answer = try await client.fetch(patient("GET", "http://two.example:\(server.port)/"))
        #expect(answer.body == Array("here".utf8))
    }

    @Test(arguments: [
        "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "/path", "", "http://", "example.org",
        "http://user@example.org/", "http://user:password@example.org/", "smtp://127.0.0.1",
    ])
    func onlyPlainWebAddressesAreAsked(_ url: String) async throws {
        guard case .badRequest = await error(try client(), patient("GET", url)) else {
            Issue.record("\(url) was asked")
            return
        }
    }

    @Test func nothingIsSmuggledIntoARequest() async throws {
        let client = try client()
        let header = patient("GET", "http://127.0.0.1", headers: HTTPHeaders([("x", "a\r\nY: b")]))
        #expect(await error(client, header) == .badRequest("a header that cannot be sent"))
        let name = patient("GET", "http://127.0.0.1", headers: HTTPHeaders([("x: y\r\nz", "a")]))
        #expect(await error(client, name) == .badRequest("a header that cannot be sent"))
        #expect(await error(client, patient("GET /x HTTP/1.1", "http://127.0.0.1")) == .badRequest("no method"))
    }

    @Test func anOwnAuthorityIsTrustedAndOthersAreNot() async throws {
        let certificate = try TestCertificate(commonName: "localhost")
        try await withTLSServer(certificate.configuration) { port in
            let url = "https://localhost:\(port)/"
            let trusting = try client(
                allowing: ["localhost"], authorities: certificate.configuration.certificateFile)
            #expect(try await trusting.fetch(patient("GET", url)).status == 204)
            guard
                case .certificate("localhost", _) = await error(
                    try client(allowing: ["localhost"]), patient("GET", url))
            else {
                Issue.record("a certificate of nobody was trusted")
                return
            }
            // The right authority, and the wrong name.
            guard
                case .certificate = await error(
                    try client(authorities: certificate.configuration.certificateFile),
                    patient("GET", "https://127.0.0.1:\(port)/"))
            else {
                Issue.record("a certificate of another was trusted")
                return
            }
        }
        #expect(throws: OutboundSetupError.authorityFile(path: "/nowhere")) {
            try client(authorities: "/nowhere")
        }
    }
}
