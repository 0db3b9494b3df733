import TestSupport

/// The requests for the comparison with another parser: some by hand, the others made from parts and by mutation, with
/// a fixed seed.
struct HTTP1DifferentialCases {
    private var random = SeededGenerator(seed: 0x6d61_646f)

    static let handMade: [String] = {
        let host = "Host: x\r\n"
        let get = "GET / HTTP/1.1\r\n"
        let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        var cases: [String] = []
        for line in [
            "GET / HTTP/1.1", "GET / HTTP/1.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/9.9",
            "GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
            "GET / http/1.1", "get / HTTP/1.1", "BREW / HTTP/1.1", "M-SEARCH / HTTP/1.1", "G(T / HTTP/1.1",
            "GET /ä HTTP/1.1", "GET /a b HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\u{7f} HTTP/1.1", "GET /\u{1} HTTP/1.1",
            "GET /|{}\\^`[]\"<> HTTP/1.1", "GET /%zz HTTP/1.1", "GET ? HTTP/1.1", "GET * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET a HTTP/1.1", "GET http://y/ HTTP/1.1", "GET http://y HTTP/1.1", "GET http://u@y/ HTTP/1.1",
            "GET https://y?q HTTP/1.1", "GET ftp://y/ HTTP/1.1", "GET http:// HTTP/1.1", "GET http://y:x/ HTTP/1.1",
            "CONNECT y:443 HTTP/1.1", "CONNECT / HTTP/1.1", "PRI * HTTP/2.0", "GET //y HTTP/1.1", "PUT /a?b?c HTTP/1.1",
            "DELETE / HTTP/1.1", "PATCH / HTTP/1.1", "HEAD / HTTP/1.1", "TRACE / HTTP/1.1", "PROPFIND / HTTP/1.1",
        ] { cases.append("\(line)\r\n\(host)\r\n") }
        for field in [
            "A: b", "A:b", "A: \tb\t ", "A:", "A : b", "A\t: b", " A: b", "A", ": b", "A b: c", "A(: b", "Ä: b", "A: ä",
            "A: b\0", "A: b\u{1}", "A: b\u{7f}", "A: b\rc", "A: b\nC: d", "A: b\r\n c", "A: b\r\n\tc", "A: b\r\r",
            "Host: y", "Content-Length: 0", "Content-Length: 3", "Content-Length: 03", "Content-Length: +3",
            "Content-Length: -3", "Content-Length: 3, 3", "Content-Length: 3\r\nContent-Length: 3",
            "Content-Length: 3\r\nContent-Length: 4", "Content-Length:", "Content-Length: 0x3", "Content-Length: 3 3",
            "Content-Length: 99999999999999999999", "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 3", "Transfer-Encoding: gzip", "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding : chunked", "Transfer-Encoding: \u{b}chunked", "Transfer-Encoding:",
            "Connection: close", "Connection: keep-alive", "Expect: 100-continue", "Expect: x",
            "Connection: upgrade\r\nUpgrade: h2c", "Proxy-Connection: close", "Connection: close, A",
        ] {
            cases.append("\(get)\(host)\(field)\r\n\r\nabc")
            cases.append("POST / HTTP/1.1\r\n\(field)\r\n\(host)\r\n3\r\nabc\r\n0\r\n\r\n")
        }
        for host in ["", "x:80", "x:", "x:y", "u@x", "x/y", "x y", "x,y", "[::1]:80", "[::1", "x\r\nHost: x", "ä"] {
            cases.append("\(get)Host: \(host)\r\n\r\n")
        }
        cases += [
            get + "\r\n", "GET / HTTP/1.0\r\n\r\n", "\r\n" + get + host + "\r\n", "\r\n\r\n" + get + host + "\r\n",
        ]
        cases += ["\n" + get + host + "\r\n", get + host + "\n", "GET / HTTP/1.1\nHost: x\n\n", get + "Host: x\n\r\n"]
        cases += ["", "\r\n", "G", get, get + host, get + host + "\r", "\u{16}\u{3}\u{1}", "\0", get + host + "\r\r\n"]
        for body in [
            "0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "003\r\nabc\r\n0\r\n\r\n", "A\r\n0123456789\r\n0\r\n\r\n",
            "a\r\n0123456789\r\n0\r\n\r\n", "3;a\r\nabc\r\n0\r\n\r\n", "3;a=b\r\nabc\r\n0;c\r\n\r\n",
            "3;a=\"b c\"\r\nabc\r\n0\r\n\r\n", "3 ;a\r\nabc\r\n0\r\n\r\n", "3; a\r\nabc\r\n0\r\n\r\n",
            "3 \r\nabc\r\n0\r\n\r\n",
            " 3\r\nabc\r\n0\r\n\r\n", "3;\r\nabc\r\n0\r\n\r\n", "3;a=\r\nabc\r\n0\r\n\r\n", "3,a\r\nabc\r\n0\r\n\r\n",
            "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "\r\nabc\r\n0\r\n\r\n",
            "3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
            "4\r\nabc\r\n0\r\n\r\n",
            "3\r\nabc\r\n0\n\r\n", "3\r\nabc\r\n0\r\n\n", "0\r\nT: u\r\n\r\n", "0\r\nT : u\r\n\r\n",
            "0\r\nT: u\r\n v\r\n\r\n",
            "0\r\nT\r\n\r\n", "0\r\nT: \0\r\n\r\n", "g\r\nabc\r\n0\r\n\r\n", "ffffffffffffffff\r\nabc",
            "10000000000000003\r\nabc",
            "00000000000000000003\r\nabc\r\n0\r\n\r\n", "3;a\rb\r\nabc\r\n0\r\n\r\n", "3;a\nb\r\nabc\r\n0\r\n\r\n",
            "3\r\r\nabc",
            "0\r\nContent-Length: 3\r\n\r\nabc", "3;a=\"\u{1}\"\r\nabc\r\n0\r\n\r\n",
            "3;a=\"\\\"\"\r\nabc\r\n0\r\n\r\n",
        ] { cases.append(chunked + body + get + host + "\r\n") }
        cases += [
            get + host + "\r\n" + get + host + "\r\n", get + host + "\r\n\r\n" + get + host + "\r\n",
            "PUT / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc" + get + host + "\r\n",
            "PUT / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc\r\n" + get + host + "\r\n",
            "PUT / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabcd" + get + host + "\r\n",
            get + host + "Connection: close\r\n\r\n" + get + host + "\r\n",
            "GET / HTTP/1.0\r\n\r\n" + get + host + "\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get + host + "\r\n",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
        ]
        return cases
    }()

    /// Requests of parts that are each fine or nearly so.
    mutating func combined(_ count: Int) -> [[UInt8]] {
        let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"]
        let targets = [
            "/", "/a/b?c=d", "/_matrix/client/v3/sync?timeout=0&since=s1_2", "/%21a%3Ab", "http://y.example/z?q",
        ]
        let fields = [
            "Accept: */*", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Accept-Encoding: gzip, deflate;q=0.5",
            "Connection: keep-alive", "Authorization:Bearer abc", "X-Odd:\t a \t b\t", "x-empty:",
            "Cookie: a=b; c=\"d\"",
            "Connection: close", "Expect: 100-continue", "Referer: http://x/\u{e9}", "A!#$%&'*+-.^_`|~1: 2",
        ]
        return (0..<count).map { _ in
            var text = ""
            for _ in 0..<(1 + random.below(3)) {
                text += "\(random.pick(methods)) \(random.pick(targets)) HTTP/1.\(random.below(8) == 0 ? 0 : 1)\r\n"
                text +=
                    "\(random.pick(["Host", "host", "HOST"])): \(random.pick(["x", "x.example:80", "[::1]:8008"]))\r\n"
                for _ in 0..<random.below(6) { text += random.pick(fields) + "\r\n" }
                switch random.below(3) {
                case 0: text += "\r\n"
                case 1:
                    let body = String(repeating: "b\r\n", count: random.below(9))
                    text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                default:
                    text += "Transfer-Encoding: chunked\r\n\r\n"
                    for _ in 0..<random.below(4) {
                        let size = 1 + random.below(40)
                        text += String(size, radix: 16, uppercase: random.below(2) == 0)
                        text +=
                            "\(random.pick(["", ";a", ";a=b;c=\"d e\""]))\r\n\(String(repeating: "c", count: size))\r\n"
                    }
                    text += random.pick(["0\r\n\r\n", "000\r\nTrailer: x\r\n\r\n"])
                }
            }
            return Array(text.utf8)
        }
    }

    /// The inputs with one to three small changes each.
    mutating func mutated(_ inputs: [[UInt8]], count: Int) -> [[UInt8]] {
        let insertions: [[UInt8]] = [
            [0x20], [0x09], [0x0d], [0x0a], [0x0d, 0x0a], [0x00], [0x3a], [0x2c], [0x3b], [0x7f], [0xff], [0x30],
            [0x01],
            [0x0b], Array("x".utf8), Array("\r\n ".utf8), Array("Content-Length: 1\r\n".utf8), Array("@".utf8),
            Array("Transfer-Encoding: chunked\r\n".utf8), Array("\r\n\r\n".utf8), Array(" HTTP/1.1".utf8),
        ]
        return (0..<count).map { _ in
            var bytes = random.pick(inputs)
            for _ in 0..<(1 + random.below(3)) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.replaceSubrange(place...place, with: random.pick(insertions))
                case 2: bytes.insert(bytes[random.below(bytes.count)], at: place)
                default: bytes.insert(contentsOf: random.pick(insertions), at: place)
                }
            }
            return bytes
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    fileprivate mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
