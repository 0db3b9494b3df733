import Testing

@testable import HTTP

@Suite struct TrustedProxiesTests {
    /// 10/8 and ::1 are ours.
    private func origin(
        peer: String = "10.0.0.1", isSecure: Bool = false, _ fields: TrustedProxies.Fields, _ headers: HTTPHeaders
    ) throws -> String {
        let ranges = try ["10.0.0.0/8", "::1"].map { try #require(AddressRange($0)) }
        let peer = try #require(PeerAddress(peer))
        let origin = TrustedProxies(ranges, fields: fields).origin(peer: peer, isSecure: isSecure, headers: headers)
        return "\(origin.address) \(origin.isSecure ? "https" : "http")"
    }

    @Test(
        arguments: [
            ("192.0.2.9", nil, "192.0.2.9 http"), ("192.0.2.9", "https", "192.0.2.9 https"),
            ("192.0.2.9", "HTTPS", "192.0.2.9 https"), ("192.0.2.9", " https ", "192.0.2.9 https"),
            ("192.0.2.9", "wss", "192.0.2.9 http"), ("6.6.6.6, 192.0.2.9", "https", "192.0.2.9 https"),
            ("192.0.2.9, 10.0.0.2", "https", "192.0.2.9 https"),
            ("192.0.2.9, 10.0.0.2", "https, http", "192.0.2.9 https"),
            ("192.0.2.9, 10.0.0.2", "http, https", "192.0.2.9 http"),
            ("6.6.6.6, 192.0.2.9, 10.0.0.2", "https, http, http", "192.0.2.9 http"),
            ("10.0.0.3, 10.0.0.2", "https", "10.0.0.3 https"), ("10.6.6.6, 192.0.2.9", nil, "192.0.2.9 http"),
            ("unknown", "https", "10.0.0.1 https"), ("192.0.2.9, x, 10.0.0.2", nil, "10.0.0.2 http"),
            ("", nil, "10.0.0.1 http"), ("192.0.2.9,", nil, "10.0.0.1 http"), (",192.0.2.9", nil, "192.0.2.9 http"),
            ("192.0.2.9:4711", nil, "192.0.2.9 http"), ("2001:db8::9", nil, "2001:db8::9 http"),
            ("[2001:db8::9]", nil, "2001:db8::9 http"), ("[2001:db8::9]:80", nil, "2001:db8::9 http"),
            ("192.0.2.9, ::ffff:10.0.0.2", nil, "192.0.2.9 http"), ("192.0.2.9:x", nil, "10.0.0.1 http"),
            ("[192.0.2.9]", nil, "10.0.0.1 http"), ("192.0.2.9\t", nil, "192.0.2.9 http"),
            ("2001:db8::9, ::1", nil, "2001:db8::9 http"), ("192.0.2.9 10.0.0.2", nil, "10.0.0.1 http"),
        ] as [(String, String?, String)])
    func xForwarded(addresses: String, scheme: String?, expected: String) throws {
        var headers: HTTPHeaders = ["X-Forwarded-For": addresses]
        if let scheme { headers.add("X-Forwarded-Proto", scheme) }
        #expect(try origin(.xForwarded, headers) == expected)
        // Whom we don't trust can write what it likes.
        #expect(try origin(peer: "192.0.2.77", .xForwarded, headers) == "192.0.2.77 http")
    }

    @Test(arguments: [
        ("for=192.0.2.9", "192.0.2.9 http"), ("For=192.0.2.9;Proto=https;by=10.0.0.1", "192.0.2.9 https"),
        ("proto=HTTPS; for=192.0.2.9", "192.0.2.9 https"), ("for=\"192.0.2.9:80\"", "192.0.2.9 http"),
        ("for=\"[2001:db8::9]:4711\"", "2001:db8::9 http"), ("for=\"[2001:db8::9]\"", "2001:db8::9 http"),
        ("for=\"[2001:db8::9]:_port\"", "2001:db8::9 http"), ("for=\"192.0.2\\.9\"", "192.0.2.9 http"),
        ("for=6.6.6.6, for=192.0.2.9", "192.0.2.9 http"),
        ("for=192.0.2.9;proto=https, for=10.0.0.2;proto=http", "192.0.2.9 https"),
        ("for=192.0.2.9, for=10.0.0.2;proto=https", "192.0.2.9 https"),
        ("for=unknown;proto=https, for=10.0.0.2", "10.0.0.2 https"), ("for=_hidden", "10.0.0.1 http"),
        ("for=\", for=192.0.2.9", "192.0.2.9 http"), ("for=\"a, for=6.6.6.6\", for=192.0.2.9", "192.0.2.9 http"),
        ("for=\"\\\", for=192.0.2.9", "192.0.2.9 http"), ("proto=https", "10.0.0.1 https"), ("", "10.0.0.1 http"),
        ("for=192.0.2.9;for=6.6.6.6", "10.0.0.1 http"), ("for", "10.0.0.1 http"), ("for=", "10.0.0.1 http"),
        ("=192.0.2.9", "10.0.0.1 http"), ("for=\"192.0.2.9", "10.0.0.1 http"), ("for=192.0.2.9\"", "10.0.0.1 http"),
        ("for =192.0.2.9", "10.0.0.1 http"), ("for=192.0.2.9;secret=\"a;b,c\"", "192.0.2.9 http"),
    ])
    func forwarded(value: String, expected: String) throws {
        #expect(try origin(.forwarded, ["Forwarded": value]) == expected)
        #expect(try origin(peer: "192.0.2.77", .forwarded, ["Forwarded": value]) == "192.0.2.77 http")
    }

    @Test func severalFieldsAreOneList() throws {
        let headers: HTTPHeaders = ["X-Forwarded-For": "6.6.6.6", "x-forwarded-for": "192.0.2.9, 10.0.0.2"]
        #expect(try origin(.xForwarded, headers) == "192.0.2.9 http")
        let forwarded: HTTPHeaders = ["Forwarded": "for=\"", "forwarded": "for=192.0.2.9", "Forwarded": "for=10.1.1.1"]
        #expect(try origin(.forwarded, forwarded) == "192.0.2.9 http")
    }

    /// A proxy passes on the field that it doesn't know.
    @Test func theOtherFieldIsIgnored() throws {
        let headers: HTTPHeaders = [
            "Forwarded": "for=6.6.6.6;proto=https", "X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http",
        ]
        #expect(try origin(.xForwarded, headers) == "192.0.2.9 http")
        #expect(try origin(.forwarded, headers) == "6.6.6.6 https")
        #expect(try origin(.xForwarded, ["Forwarded": "for=6.6.6.6"]) == "10.0.0.1 http")
    }

    @Test func encryptionOfTheConnectionCountsWhenNobodySaysOtherwise() throws {
        #expect(try origin(isSecure: true, .xForwarded, ["X-Forwarded-For": "192.0.2.9"]) == "192.0.2.9 https")
        let plain: HTTPHeaders = ["X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http"]
        #expect(try origin(isSecure: true, .xForwarded, plain) == "192.0.2.9 http")
        #expect(try origin(.xForwarded, ["X-Forwarded-Proto": "https"]) == "10.0.0.1 https")
    }
}
