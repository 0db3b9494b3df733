import Testing

@testable import HTTP

/// Parses in one piece, after checking that every split and the byte by byte feed say the same.
func transcript(
    _ text: String, limits: HTTP1Limits = HTTP1Limits(), sourceLocation: SourceLocation = #_sourceLocation
) -> HTTP1Transcript {
    transcript(Array(text.utf8), limits: limits, sourceLocation: sourceLocation)
}

func transcript(
    _ bytes: [UInt8], limits: HTTP1Limits = HTTP1Limits(), sourceLocation: SourceLocation = #_sourceLocation
) -> HTTP1Transcript {
    let whole = HTTP1Transcript([bytes], limits: limits)
    #expect(whole.misuse == nil, sourceLocation: sourceLocation)
    #expect(HTTP1Transcript(bytes.map { [$0] }, limits: limits) == whole, sourceLocation: sourceLocation)
    let differing = (0...bytes.count).filter { place in
        HTTP1Transcript([Array(bytes[..<place]), Array(bytes[place...])], limits: limits) != whole
    }
    #expect(differing == [], "splits that change the result", sourceLocation: sourceLocation)
    return whole
}

@Suite struct HTTP1ParserTests {
    @Test func aRequestWithoutBody() throws {
        let result = transcript(
            "GET /a/b%20c?d=e HTTP/1.1\r\nHost: x.example:8008\r\nAccept:\t */* \t\r\nX-Empty:\r\n\r\n")
        let message = try #require(result.messages.first)
        #expect(result.messages.count == 1 && result.ending == .needsInput && !result.isInsideMessage)
        #expect(message.method == .get && message.version == .http11 && message.isComplete)
        #expect(message.target == "/a/b%20c?d=e" && message.path == "/a/b%20c" && message.query == "d=e")
        #expect(message.authority == "x.example:8008")
        #expect(message.fields.map { String(decoding: $0.name, as: UTF8.self) } == ["host", "accept", "x-empty"])
        #expect(message.value(of: "accept") == "*/*" && message.value(of: "x-empty") == "")
        #expect(message.framing == HTTP1Framing(body: .none, keepAlive: true, expectsContinue: false))
    }

    @Test func aBodyByLength() throws {
        let result = transcript("PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 0005\r\n\r\nhe\r\nl")
        let message = try #require(result.messages.first)
        #expect(message.framing.body == .length(5) && message.body == Array("he\r\nl".utf8) && message.isComplete)
    }

    @Test func aBodyInChunks() throws {
        let result = transcript(
            "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n00A;a;b=c;d=\"e\\\"; f\"\r\n, wonderful\r\n0;last\r\nX-Trailer: y\r\n\r\n")
        // 0x0A is 10: the chunk ends before the last letter.
        #expect(result.ending == .failure(.malformedChunk))
        let good = transcript(
            "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n00b;a;b=c;d=\"e\\\"; f\"\r\n, wonderful\r\n0;last\r\nX-Trailer: y\r\n\r\n")
        let message = try #require(good.messages.first)
        #expect(message.framing.body == .chunked && message.isComplete && good.ending == .needsInput)
        #expect(message.body == Array("hello, wonderful".utf8))
        #expect(message.value(of: "x-trailer") == nil)
    }

    @Test func pipelinedRequests() {
        let one = "GET /1 HTTP/1.1\r\nhost: x\r\n\r\n"
        let two = "POST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
        let three = "POST /3 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n"
        let result = transcript(one + two + three + "\r\n" + one + "GET /4")
        #expect(result.messages.map(\.path) == ["/1", "/2", "/3", "/1"])
        #expect(result.messages.map(\.body.count) == [0, 3, 1, 0])
        #expect(result.messages.allSatisfy { $0.isComplete })
        #expect(result.ending == .needsInput && result.isInsideMessage)
        #expect(result.consumed == (one + two + three + "\r\n" + one + "GET /4").utf8.count)
    }

    /// Whoever isn't ready for the next request leaves its bytes where they are.
    @Test func stopsAtTheEndOfARequest() {
        let first = "GET /1 HTTP/1.1\r\nhost: x\r\n\r\n"
        let bytes = Array((first + "GET /2 HTTP/1.1\r\n").utf8)
        var parser = HTTP1Parser(peer: PeerAddress(v4: 7), isSecure: true)
        bytes.withUnsafeBytes { input in
            let head = parser.parse(input)
            #expect(head.consumed == first.utf8.count)
            #expect(parser.isInsideMessage)
            let taken = parser.takeHead()
            #expect(taken.remoteAddress == PeerAddress(v4: 7) && taken.isSecure)
            #expect(
                parser.parse(UnsafeRawBufferPointer(rebasing: input[head.consumed...]))
                    == HTTP1Step(consumed: 0, event: .end))
            #expect(!parser.isInsideMessage)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\n", true), ("HTTP/1.1", "Connection: Foo, CLOSE\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
        ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func keepAlive(version: String, fields: String, expected: Bool) throws {
        let result = transcript("GET / \(version)\r\nHost: x\r\n\(fields)\r\n")
        let message = try #require(result.messages.first)
        #expect(message.framing.keepAlive == expected)
    }

    @Test(arguments: [
        ("HTTP/1.1", "100-continue", true), ("HTTP/1.1", "100-Continue", true), ("HTTP/1.1", "other", false),
        ("HTTP/1.0", "100-continue", false),
    ])
    func expectations(version: String, value: String, expected: Bool) throws {
        let result = transcript("GET / \(version)\r\nHost: x\r\nExpect: \(value)\r\n\r\n")
        let message = try #require(result.messages.first)
        #expect(message.framing.expectsContinue == expected)
    }

    @Test func http2AndTLSAreToldApart() {
        let preface = transcript("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0")
        #expect(preface.ending == .http2Preface && preface.messages.isEmpty)
        #expect(preface.consumed == HTTP1Parser.http2PrefaceLine.utf8CodeUnitCount)
        let hello = transcript([0x16, 0x03, 0x01, 0x02, 0x00])
        #expect(hello.ending == .tlsClientHello && hello.consumed == 0)
        // Not in the midst of a connection.
        let request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n"
        #expect(transcript(request + "PRI * HTTP/2.0\r\n").ending == .failure(.unsupportedVersion))
        #expect(transcript(request + "\u{16}").ending == .failure(.malformedRequestLine))
        #expect(transcript("\r\n\u{16}").ending == .failure(.malformedRequestLine))
        #expect(transcript("\r\nPRI * HTTP/2.0\r\n").ending == .failure(.unsupportedVersion))
    }

    @Test func octetsOfNoEncodingArePassedOn() throws {
        let bytes = Array("GET / HTTP/1.1\r\nhost: x\r\nx: a".utf8) + [0xff, 0x80, 0x09] + Array("b\r\n\r\n".utf8)
        let message = try #require(transcript(bytes).messages.first)
        #expect(message.fields.last?.value == [0x61, 0xff, 0x80, 0x09, 0x62])
    }

    @Test func whatIsBrokenOffIsNoError() {
        let text = "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nt: u\r\n\r\n"
        for end in 0..<text.utf8.count {
            let result = transcript(Array(text.utf8.prefix(end)))
            #expect(result.ending == .needsInput)
            #expect(result.isInsideMessage == (end > 0))
            #expect(result.messages.allSatisfy { !$0.isComplete })
        }
        #expect(transcript(text).messages.first?.isComplete == true)
    }
}
