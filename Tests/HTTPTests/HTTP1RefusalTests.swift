import Testing

@testable import HTTP

/// What a request may not be. `H` stands for a valid Host field.
@Suite struct HTTP1RefusalTests {
    private func check(
        _ text: String, _ error: HTTP1Error, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let result = transcript(text, sourceLocation: sourceLocation)
        #expect(result.ending == .failure(error), sourceLocation: sourceLocation)
        #expect(result.messages.allSatisfy { !$0.isComplete }, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("GET /\r\n", HTTP1Error.malformedRequestLine), ("GET\r\n", .malformedRequestLine),
        ("GET / \r\n", .malformedRequestLine), ("GET  / HTTP/1.1\r\n", .malformedTarget),
        ("GET /  HTTP/1.1\r\n", .malformedTarget), ("GET / HTTP/1.1 \r\n", .malformedRequestLine),
        (" GET / HTTP/1.1\r\n", .malformedRequestLine), ("GET\t/ HTTP/1.1\r\n", .malformedRequestLine),
        ("GET /\tHTTP/1.1\r\n", .malformedRequestLine), ("GET / x HTTP/1.1\r\n", .malformedTarget),
        ("G(T / HTTP/1.1\r\n", .malformedRequestLine), ("GET: / HTTP/1.1\r\n", .malformedRequestLine),
        ("GET / http/1.1\r\n", .malformedRequestLine), ("GET / HTTP/11\r\n", .malformedRequestLine),
        ("GET / HTTP/1.x\r\n", .malformedRequestLine), ("GET / HTTP/1,1\r\n", .malformedRequestLine),
        ("GET / HTTP/01.1\r\n", .malformedRequestLine), ("GET / HTTPS/1.1\r\n", .malformedRequestLine),
        ("GET / HTTP/0.9\r\n", .unsupportedVersion), ("GET / HTTP/1.2\r\n", .unsupportedVersion),
        ("GET / HTTP/2.0\r\n", .unsupportedVersion), ("GET / HTTP/9.9\r\n", .unsupportedVersion),
        ("GET HTTP/1.1\r\n", .malformedRequestLine), (" HTTP/1.1\r\n", .malformedRequestLine),
        ("\r\n\r\n", .malformedRequestLine), ("\0", .malformedRequestLine), ("{", .malformedRequestLine),
        ("\n", .malformedLineEnd), ("\r\r\n", .malformedRequestLine), ("GET / HTTP/1.1\n", .malformedLineEnd),
        ("GET / HTTP/1.1\r\r\n", .malformedRequestLine), ("GET / HTTP/1.1\rHost: x\r\n", .malformedRequestLine),
        ("\u{16}", .malformedRequestLine),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n", .methodTooLong),
    ])
    func requestLines(line: String, error: HTTP1Error) {
        // The first byte of TLS is one only at the start.
        let before = line == "\u{16}" ? "GET / HTTP/1.1\r\nHost: x\r\n\r\n" : ""
        let result = transcript(before + line)
        #expect(result.ending == .failure(error))
    }

    @Test(arguments: [
        "foo", "a/b", "?x", "*", "http:/x", "http:///x", "http://", "http://u@h/", "http://u:p@h/", "ftp://h/",
        "http://h:x/", "http://h:65536/", "http://h:/", "http://h#f", "/a#b", "#", "/a\u{7f}", "/ä", "/\0", "/a\u{1}b",
        "http://a b/", "http://[::1/", "http://[1.2.3.4]/", "http://h,i/", "https:h/", "x.example:80",
    ])
    func targets(target: String) {
        check("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n", .malformedTarget)
    }

    @Test(arguments: [
        ("x.example:443", HTTP1Error.connectRefused), ("[::1]:443", .connectRefused), ("x.example", .malformedTarget),
        ("/", .malformedTarget), ("*", .malformedTarget), ("http://x/", .malformedTarget),
        ("u@x:443", .malformedTarget),
    ])
    func connect(target: String, error: HTTP1Error) {
        check("CONNECT \(target) HTTP/1.1\r\nHost: x\r\n\r\n", error)
    }

    @Test(arguments: [
        "Name : v", "Name\t: v", " Name: v", "\tName: v", "Name", ": v", "Na me: v", "Na\u{0}me: v", "Na(me: v",
        "Näme: v", "Na\"me: v", "N: a\u{0}b", "N: a\rb", "N: a\u{1}", "N: \u{7f}", "N: a\u{b}b", "N: a\u{c}", "\u{0}",
        "N: \u{1b}[31m", "N: 1234567\u{1}", "N: 1234567\r", "N: 12345678\u{7f}12345678",
    ])
    func fields(line: String) {
        check("GET / HTTP/1.1\r\nHost: x\r\n\(line)\r\n\r\n", .malformedField)
        check("GET / HTTP/1.1\r\n\(line)\r\nHost: x\r\n\r\n", .malformedField)
        check(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(line)\r\n\r\n", .malformedField)
    }

    @Test func obsoleteFoldingAndBareLineFeeds() {
        check("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", .malformedField)
        check("GET / HTTP/1.1\r\n Host: x\r\n\r\n", .malformedField)
        check("GET / HTTP/1.1\r\nHost: x\n\r\n", .malformedLineEnd)
        check("GET / HTTP/1.1\r\nHost: x\r\n\n", .malformedLineEnd)
        check("GET / HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n", .malformedLineEnd)
        check("GET / HTTP/1.1\r\nHost: x\r\n\r\r\n", .malformedField)
    }

    @Test func hosts() {
        check("GET / HTTP/1.1\r\n\r\n", .missingHost)
        check("GET http://x/ HTTP/1.1\r\n\r\n", .missingHost)
        check("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", .repeatedHost)
        check("GET / HTTP/1.1\r\nHost: x\r\nhOST: y\r\n\r\n", .repeatedHost)
        check("GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", .repeatedHost)
        for host in [
            "", "u@x", "u:p@x", "x/", "x/y", "x:", "x:y", "x:65536", "x:-1", "x:000080", "x y", "x,y", "x;y", "x%41",
            "[::1", "::1", "[x]", "[1.2.3.4]", "[::1]x", "[::1]:", "[fe80::1%25lo]", "[v1.x]", "x?y", "x#y", "x\\y",
            "http://x", "ä", ":80", "@", "x:80:80",
        ] {
            check("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .malformedHost)
        }
    }

    @Test(arguments: [
        "", "x", "-1", "+1", "0x5", "5,5", "5, 5", "5;", "1.0", "1e3", "1_0", "٣", " ", "5 5",
    ])
    func lengths(value: String) {
        check("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(value)\r\n\r\nhello", .malformedContentLength)
    }

    @Test func smuggling() {
        let start = "POST / HTTP/1.1\r\nHost: x\r\n"
        check(start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", .repeatedContentLength)
        check(start + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello", .repeatedContentLength)
        check(start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .lengthAndTransferEncoding)
        check(start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", .lengthAndTransferEncoding)
        check(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .malformedTransferEncoding)
        check(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", .malformedTransferEncoding)
        check("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .malformedTransferEncoding)
        check(start + "Transfer-Encoding : chunked\r\n\r\n", .malformedField)
        check(start + "Transfer-Encoding: \u{b}chunked\r\n\r\n", .malformedField)
        for value in ["gzip", "gzip, chunked", "identity", "chunked, gzip", "xchunked", "chunke", "chunked, identity"] {
            check(start + "Transfer-Encoding: \(value)\r\n\r\n", .unknownTransferCoding)
        }
        for value in ["", "chunked, chunked", "chunked,", ",chunked", "chunked;q=1", "\"chunked\"", "chun ked"] {
            check(start + "Transfer-Encoding: \(value)\r\n\r\n", .malformedTransferEncoding)
        }
    }

    @Test(arguments: [
        "", "x", "-1", "+1", "0x1", " 1", "1 ", "1\t", "1 ;a", "1; a", "1;", "1;;a", "1;a=", "1;a b", "1;=b", "1;a=\"",
        "1;a=\"b", "1;a=\"b\"c", "1;a=\"\\", "1;a=\"\u{0}\"", "1;a=b;", "1,a", "1.", "1_0", "g", "00000000000000001",
        "1\r", "1;a\r", "1;a=\"\r\"", "1;\u{0}", "٣", "\u{0}1",
    ])
    func chunkSizes(line: String) {
        let start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        check(start + line + "\r\na\r\n0\r\n\r\n", .malformedChunk)
        check(start + "2\r\nab\r\n" + line + "\r\na\r\n0\r\n\r\n", .malformedChunk)
    }

    @Test func chunkEnds() {
        let start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        check(start + "1\na\r\n0\r\n\r\n", .malformedLineEnd)
        check(start + "1\r\na\n0\r\n\r\n", .malformedLineEnd)
        check(start + "1\r\nab\r\n0\r\n\r\n", .malformedChunk)
        check(start + "1\r\na0\r\n\r\n", .malformedChunk)
        check(start + "2\r\na\r\n0\r\n\r\n", .malformedLineEnd)
        check(start + "3\r\na\r\n0\r\n\r\n", .malformedChunk)
        check(start + "1\r\na\r\n0\n\r\n", .malformedLineEnd)
        check(start + "1\r\na\r\n0\r\n\n", .malformedLineEnd)
        check(start + "0\r\nno trailer\r\n\r\n", .malformedField)
        for name in ["Content-Length", "transfer-encoding", "HOST"] {
            check(start + "0\r\na: b\r\n\(name): 3\r\n\r\n", .malformedField)
        }
    }

    @Test func sizesBeyondNumbers() {
        let start = "POST / HTTP/1.1\r\nHost: x\r\n"
        for length in ["9223372036854775808", "99999999999999999999999999", "18446744073709551621"] {
            check(start + "Content-Length: \(length)\r\n\r\n", .bodyTooLarge)
        }
        for size in ["8000000000000000", "ffffffffffffffff", "FFFFFFFFFFFFFFFF"] {
            check(start + "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n", .bodyTooLarge)
        }
        check(start + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n7fffffffffffffff\r\n", .bodyTooLarge)
        #expect(
            transcript(start + "Content-Length: 9223372036854775807\r\n\r\nab").messages.first?.framing.body
                == .length(Int.max))
    }

    @Test func afterAFailureNothingIsParsed() {
        let good = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        let result = transcript(good + "BAD\r\n" + good)
        #expect(result.messages.count == 1 && result.ending == .failure(.malformedRequestLine))
    }

    @Test func statuses() {
        let others: [HTTP1Error: Int] = [
            .bodyTooLarge: 413, .requestLineTooLong: 414, .headersTooLarge: 431, .tooManyHeaders: 431,
            .trailersTooLarge: 431, .methodTooLong: 501, .connectRefused: 501, .unknownTransferCoding: 501,
            .unsupportedVersion: 505,
        ]
        for error in HTTP1Error.allCases { #expect(error.status.code == others[error] ?? 400) }
    }
}
