import Testing

@testable import HTTP

@Suite struct HTTP1SerializerTests {
    private func head(
        _ status: HTTPStatus, _ headers: HTTPHeaders = [:], _ framing: HTTP1Serializer.Framing,
        _ connection: HTTP1Serializer.Connection = .persistent, prepared: String = ""
    ) throws -> String {
        var output = Array("before|".utf8)
        try HTTP1Serializer.appendHead(
            status, headers, framing: framing, connection: connection, prepared: Array(prepared.utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func heads() throws {
        #expect(try head(.ok, [:], .length(0)) == "before|HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        #expect(
            try head(.notFound, ["Content-Type": "text/plain", "X": "a\tb"], .length(1_234_567_890), .close)
                == "before|HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\nx: a\tb\r\n"
                + "content-length: 1234567890\r\nconnection: close\r\n\r\n")
        #expect(
            try head(.ok, ["a": ""], .chunked, .keepAlive, prepared: "date: now\r\n")
                == "before|HTTP/1.1 200 OK\r\ndate: now\r\na: \r\ntransfer-encoding: chunked\r\n"
                + "connection: keep-alive\r\n\r\n")
        #expect(try head(HTTPStatus(299), [:], .untilClose) == "before|HTTP/1.1 299 \r\n\r\n")
    }

    /// RFC 9110 section 8.6, RFC 9112 section 6.1.
    @Test(arguments: [100, 101, 199, 204, 304])
    func statusesWithoutBodyHaveNoFraming(code: Int) throws {
        let expected = try head(HTTPStatus(code), [:], .none)
        #expect(try head(HTTPStatus(code), [:], .length(7)) == expected)
        #expect(try head(HTTPStatus(code), [:], .chunked) == expected)
        #expect(!expected.contains("content-length"))
    }

    @Test func framingIsTheEngines() throws {
        let headers: HTTPHeaders = [
            "Content-Length": "99", "Transfer-Encoding": "gzip", "Connection": "upgrade", "Keep-Alive": "x", "a": "b",
        ]
        #expect(try head(.ok, headers, .length(3)) == "before|HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 3\r\n\r\n")
    }

    @Test(arguments: [
        "a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u{7f}", "\u{1b}", "\r\n", "12345678\r\n", "ok\r\n\r\n<html>",
    ])
    func headerInjectionIsRefused(value: String) {
        var output = Array("x".utf8)
        #expect(throws: HTTP1Serializer.FieldError.invalidValue(name: "location")) {
            try HTTP1Serializer.appendHead(.found, ["a": "b", "Location": value], framing: .none, to: &output)
        }
        #expect(output == Array("x".utf8))
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "ä", "a\0", "(a)"])
    func namesThatAreNoTokensAreRefused(name: String) {
        var output: [UInt8] = []
        #expect(throws: HTTP1Serializer.FieldError.invalidName(name)) {
            try HTTP1Serializer.appendHead(.ok, HTTPHeaders([(name, "v")]), framing: .none, to: &output)
        }
        #expect(output.isEmpty)
    }

    @Test func chunks() {
        var output: [UInt8] = []
        HTTP1Serializer.appendChunk([], to: &output)
        #expect(output.isEmpty)
        HTTP1Serializer.appendChunk(Array("hello"[...].utf8), to: &output)
        HTTP1Serializer.appendChunk([UInt8](repeating: 0x78, count: 300)[10...], to: &output)
        HTTP1Serializer.appendLastChunk(to: &output)
        let expected = "5\r\nhello\r\n122\r\n" + String(repeating: "x", count: 290) + "\r\n0\r\n\r\n"
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    /// What one side frames the other side reads.
    @Test(arguments: [1, 9, 10, 15, 16, 17, 255, 256, 4_095, 4_096, 70_000])
    func chunksAreReadBack(size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        var request = Array("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".utf8)
        HTTP1Serializer.appendChunk(body, to: &request)
        HTTP1Serializer.appendChunk(body, to: &request)
        HTTP1Serializer.appendLastChunk(to: &request)
        let message = try #require(HTTP1Transcript([request]).messages.first)
        #expect(message.isComplete && message.body == body + body)
    }
}
