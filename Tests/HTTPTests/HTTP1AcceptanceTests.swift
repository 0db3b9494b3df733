import Testing

@testable import HTTP

@Suite struct HTTP1AcceptanceTests {
    @Test(
        arguments: [
            ("GET", "/", "/", nil), ("GET", "//a//b", "//a//b", nil), ("GET", "/?", "/", ""),
            ("GET", "/a?b?c", "/a", "b?c"),
            ("OPTIONS", "*", "*", nil), ("GET", "/%zz/../[]{}|\\^`\"<>", "/%zz/../[]{}|\\^`\"<>", nil),
            ("GET", "/a?{\"b\":1}", "/a", "{\"b\":1}"), ("M-SEARCH", "/~x", "/~x", nil), ("get", "/", "/", nil),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", "/", "/", nil),
        ] as [(String, String, String, String?)])
    func targets(method: String, target: String, path: String, query: String?) throws {
        let result = transcript("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        let message = try #require(result.messages.first)
        #expect(message.method.name == method && message.target == target)
        #expect(message.path == path && message.query == query && message.authority == "x")
    }

    /// The target's authority rules over Host (RFC 9112 section 3.2.2).
    @Test(
        arguments: [
            ("GET", "http://y.example/a?b", "/a", "b", "y.example"), ("GET", "HTTP://y:80", "/", nil, "y:80"),
            ("GET", "https://[2001:db8::1]:8448?q", "/", "q", "[2001:db8::1]:8448"),
            ("OPTIONS", "http://y", "*", nil, "y"),
            ("OPTIONS", "http://y?", "/", "", "y"), ("GET", "http://y//http://z/", "//http://z/", nil, "y"),
            ("GET", "http://192.0.2.1/?u@v", "/", "u@v", "192.0.2.1"),
        ] as [(String, String, String, String?, String)])
    func absoluteTargets(method: String, target: String, path: String, query: String?, authority: String) throws {
        let result = transcript("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        let message = try #require(result.messages.first)
        #expect(message.target == target && message.path == path && message.query == query)
        #expect(message.authority == authority && message.value(of: "host") == "x")
    }

    @Test(arguments: [
        "x", "x.example", "x.example.", "x.example:1", "x:65535", "192.0.2.1", "192.0.2.1:8008", "[::1]", "[::1]:443",
        "[::ffff:192.0.2.1]:1", "xn--bcher-kva.example", "a_b~c-d", "999.999.999.999",
    ])
    func hosts(host: String) {
        #expect(transcript("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").messages.first?.authority == host)
    }

    @Test func oldVersionNeedsNoHost() throws {
        let message = try #require(transcript("GET / HTTP/1.0\r\n\r\n").messages.first)
        #expect(message.version == .http10 && message.authority == nil && message.isComplete)
    }

    /// Each header limit to the byte: what just fits is taken, one more is not.
    @Test func limits() {
        let limits = HTTP1Invariants.tightLimits
        let line = "GET /" + String(repeating: "a", count: 26) + " HTTP/1.1"
        #expect(line.utf8.count == limits.requestLineBytes)
        func ending(_ text: String) -> HTTP1Transcript.Ending { transcript(text, limits: limits).ending }
        #expect(ending(line + "\r\nHost: x\r\n\r\n") == .needsInput)
        #expect(ending("a" + line + "\r\nHost: x\r\n\r\n") == .failure(.requestLineTooLong))
        #expect(ending("a" + line + "\r\n") == .failure(.requestLineTooLong))
        #expect(ending(String(repeating: "a", count: 43)) == .failure(.requestLineTooLong))
        #expect(ending(String(repeating: "a", count: 42)) == .needsInput)

        let start = "GET / HTTP/1.1\r\nHost: x\r\n"
        let rest = limits.headerBytes - "Host: x\r\n".utf8.count - "A: \r\n".utf8.count
        let fits = "A: " + String(repeating: "b", count: rest) + "\r\n"
        #expect(ending(start + fits + "\r\n") == .needsInput)
        #expect(transcript(start + fits + "\r\n", limits: limits).messages.first?.isComplete == true)
        #expect(ending(start + "A" + fits + "\r\n") == .failure(.headersTooLarge))
        #expect(ending(start + fits + "B:\r\n\r\n") == .failure(.headersTooLarge))
        #expect(ending(start + "A: " + String(repeating: "b", count: 200)) == .failure(.headersTooLarge))
        #expect(ending(start + "a:\r\nb:\r\nc:\r\n\r\n") == .needsInput)
        #expect(ending(start + "a:\r\nb:\r\nc:\r\nd:\r\n\r\n") == .failure(.tooManyHeaders))
    }

    @Test func bodyLimits() {
        let limits = HTTP1Invariants.tightLimits
        func ending(_ text: String) -> HTTP1Transcript.Ending {
            transcript("POST / HTTP/1.1\r\nHost: x\r\n" + text, limits: limits).ending
        }
        #expect(ending("Content-Length: 30\r\n\r\n" + String(repeating: "x", count: 30)) == .needsInput)
        #expect(ending("Content-Length: 31\r\n\r\n") == .failure(.bodyTooLarge))
        let chunked = "Transfer-Encoding: chunked\r\n\r\n"
        let ten = "a\r\n0123456789\r\n"
        #expect(ending(chunked + ten + ten + ten + "0\r\n\r\n") == .needsInput)
        #expect(ending(chunked + ten + ten + ten + "1\r\n") == .failure(.bodyTooLarge))
        #expect(ending(chunked + "1f\r\n") == .failure(.bodyTooLarge))

        #expect(ending(chunked + "1;23456789abc\r\nx\r\n0\r\n\r\n") == .needsInput)
        #expect(ending(chunked + "1;23456789abcd\r\nx\r\n0\r\n\r\n") == .failure(.chunkExtensionsTooLarge))
        #expect(ending(chunked + "1;a\r\nx\r\n1;23456789a\r\nx\r\n0\r\n\r\n") == .needsInput)
        #expect(ending(chunked + "1;a\r\nx\r\n1;23456789ab\r\nx\r\n0\r\n\r\n") == .failure(.chunkExtensionsTooLarge))
        #expect(ending(chunked + "1;" + String(repeating: "a", count: 99)) == .failure(.chunkExtensionsTooLarge))
        #expect(ending(chunked + String(repeating: "0", count: 99)) == .failure(.chunkExtensionsTooLarge))

        #expect(ending(chunked + "0\r\na: 0123456789012345678\r\n\r\n") == .needsInput)
        #expect(ending(chunked + "0\r\na: 01234567890123456789\r\n\r\n") == .failure(.trailersTooLarge))
        #expect(ending(chunked + "0\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n") == .needsInput)
        #expect(ending(chunked + "0\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\n\r\n") == .failure(.trailersTooLarge))
    }

    /// Limits count for each request anew.
    @Test func limitsAreForOneRequest() {
        let request =
            "POST / HTTP/1.1\r\nHost: x\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "1;12345678901\r\nx\r\na\r\n0123456789\r\n0\r\nt: 01234567890123456\r\n\r\n"
        let result = transcript(request + request + request, limits: HTTP1Invariants.tightLimits)
        #expect(result.messages.count == 3 && result.ending == .needsInput)
        #expect(result.messages.allSatisfy { $0.isComplete && $0.body.count == 11 })
    }
}
