import Testing

@testable import HTTP

@Suite struct PercentEncodingTests {
    private func value(_ name: String, _ query: String) -> String? {
        Array(query.utf8).withUnsafeBytes { PercentEncoding.queryValue(name, in: $0) }
    }

    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%41%6a", "Aj"), ("%F0%9f%98%80", "😀"), ("a+b", "a+b"),
        ("%2B", "+"), ("%00", "\0"), ("%25%32%30", "%20"), ("ä", "ä"),
    ])
    func decodes(text: String, expected: String) {
        #expect(PercentEncoding.decode(text) == expected)
    }

    @Test(arguments: ["%", "%4", "a%4", "%zz", "%4g", "%-1", "%ff", "%c0%80", "%ed%a0%80", "%%41", "% 41"])
    func refuses(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
        #expect(PercentEncoding.queryItems("a=\(text)&b=2").map(\.name) == ["b"])
        #expect(PercentEncoding.queryItems("\(text)=1&b=2").map(\.name) == ["b"])
        #expect(value("a", "a=\(text)&a=2") == "2")
        #expect(value(text, "\(text)=1&b=2") == nil)
    }

    @Test func plusIsASpaceOnlyInForms() {
        #expect(PercentEncoding.decode("a+b%2B", plusAsSpace: true) == "a b+")
        #expect(PercentEncoding.decode("a+b", plusAsSpace: false) == "a+b")
    }

    @Test(arguments: [
        ("", [String]()), ("a=1", ["a", "1"]), ("a", ["a", ""]), ("a=", ["a", ""]), ("=1", ["", "1"]),
        ("a=1&&b=2&", ["a", "1", "b", "2"]), ("a=b=c", ["a", "b=c"]), ("a%3D=%26", ["a=", "&"]),
        ("via=a&via=b", ["via", "a", "via", "b"]), ("a+b=c+d", ["a b", "c d"]), ("&", []),
    ])
    func queries(query: String, expected: [String]) {
        let items = PercentEncoding.queryItems(query)
        #expect(items.flatMap { [$0.name, $0.value] } == expected)
        for name in items.map(\.name) + ["", "b", "=", "z"] {
            #expect(value(name, query) == items.first { $0.name == name }?.value)
        }
    }

    @Test func encodesAllButUnreserved() {
        #expect(PercentEncoding.encode("aZ09-._~") == "aZ09-._~")
        #expect(PercentEncoding.encode("!room:a/b ü") == "%21room%3Aa%2Fb%20%C3%BC")
        let all = String(decoding: 0...127 as ClosedRange<UInt8>, as: UTF8.self) + "é😀"
        #expect(PercentEncoding.decode(PercentEncoding.encode(all)) == all)
    }

    @Test(
        arguments: [
            ("/a/b", "/a/b", nil), ("/a?b=c", "/a", "b=c"), ("/?", "/", ""), ("/a?b?c", "/a", "b?c"), ("*", "*", nil),
        ] as [(String, String, String?)])
    func requestTargets(target: String, path: String, query: String?) {
        let head = HTTPRequestHead(
            method: .get, target: target, headers: ["host": "h"], version: .http11, remoteAddress: .unspecified,
            isSecure: false)
        #expect(head.path == path && head.query == query && head.target == target && head.authority == "h")
    }

    @Test func queryValues() {
        let head = HTTPRequestHead(
            method: .get, target: "/s?since=a%20b&since=c", headers: [:], version: .http2, remoteAddress: .unspecified,
            isSecure: true, authority: "x.example")
        #expect(head.queryValue("since") == "a b" && head.queryValue("sinc") == nil)
        #expect(head.authority == "x.example")
    }
}
