import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct MediaDownloadTests {
    private let text = Array("0123456789".utf8)

    @Test func everyPathServesWithAToken() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let id = try await hanako.uploaded(text, name: "numbers.txt")
            for path in ["client/v1/media", "media/v3", "media/r0", "media/v1"] {
                let answer = await hanako.get("/_matrix/\(path)/download/\(id)")
                #expect(answer.status == 200)
                #expect(answer.text == "0123456789")
                #expect(answer.headers.first(named: "content-type") == "text/plain")
                #expect(answer.headers.first(named: "content-length") == "10")
                #expect(answer.headers.first(named: "content-disposition") == "inline; filename=\"numbers.txt\"")
                let stranger = await server.request(.get, "/_matrix/\(path)/download/\(id)")
                #expect(stranger.status == 401)
                #expect(stranger.error == "M_MISSING_TOKEN")
            }
            let renamed = await hanako.get("/_matrix/client/v1/media/download/\(id)/%E7%AA%93.txt")
            #expect(renamed.headers.first(named: "content-disposition") == "inline; filename*=utf-8''%E7%AA%93.txt")
        }
    }

    @Test func theSwitchOpensTheOlderPathsOnly() async throws {
        try await RouteHarness.withMedia {
            $0.allowsAnonymous = true
        } _: { server, _ in
            let hanako = try await server.member("hanako")
            let id = try await hanako.uploaded(text)
            #expect(await server.request(.get, "/_matrix/media/r0/download/\(id)").text == "0123456789")
            #expect(await server.request(.get, "/_matrix/client/v1/media/download/\(id)").status == 401)
            #expect(await server.request(.get, "/_matrix/media/v3/config").status == 401)
        }
    }

    @Test func whatIsServedCanDoNothingInABrowser() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            for type in ["text/html", "image/svg+xml", "application/pdf", "TEXT/HTML; charset=utf-8", nil] {
                let id = try await hanako.uploaded(Array("<script>".utf8), type: type)
                let answer = await hanako.get("/_matrix/client/v1/media/download/\(id)")
                #expect(answer.headers.first(named: "content-disposition") == "attachment")
                #expect(answer.headers.first(named: "content-type") == type ?? "application/octet-stream")
                #expect(answer.headers.first(named: "x-content-type-options") == "nosniff")
                #expect(answer.headers.first(named: "content-security-policy")?.hasPrefix("sandbox;") == true)
                #expect(answer.headers.first(named: "cross-origin-resource-policy") == "cross-origin")
            }
        }
    }

    @Test func nothingButMediaCanBeNamed() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            for name in [
                "mado.test/unknown", "other.test/unknown", "mado.test/..%2F..%2F..%2Fetc%2Fpasswd",
                "mado.test/%00", "mado.test/" + String(repeating: "a", count: 300),
            ] {
                let answer = await hanako.get("/_matrix/client/v1/media/download/\(name)")
                #expect(answer.status == 404)
                #expect(answer.error == "M_NOT_FOUND")
            }
        }
    }

    @Test func partsAndCopiesThatClientsHave() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let path = "/_matrix/client/v1/media/download/\(try await hanako.uploaded(text))"
            let tag = try #require(await hanako.get(path).headers.first(named: "etag"))
            let part = await hanako.get(path, headers: [("range", "bytes=2-4")])
            #expect(part.status == 206)
            #expect(part.text == "234")
            #expect(part.headers.first(named: "content-range") == "bytes 2-4/10")
            #expect(part.headers.first(named: "content-length") == "3")
            let same = await hanako.get(path, headers: [("range", "bytes=-3"), ("if-range", tag)])
            #expect(same.text == "789")
            let other = await hanako.get(path, headers: [("range", "bytes=-3"), ("if-range", "\"other\"")])
            #expect(other.status == 200)
            #expect(other.text == "0123456789")
            let beyond = await hanako.get(path, headers: [("range", "bytes=10-")])
            #expect(beyond.status == 416)
            #expect(beyond.headers.first(named: "content-range") == "bytes */10")
            let known = await hanako.get(path, headers: [("if-none-match", tag)])
            #expect(known.status == 304)
            #expect(known.bytes == [])
        }
    }

    @Test func anEmptyFileIsAFile() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let answer = await hanako.get("/_matrix/client/v1/media/download/\(try await hanako.uploaded([]))")
            #expect(answer.status == 200)
            #expect(answer.headers.first(named: "content-length") == "0")
            #expect(answer.bytes == [])
        }
    }

    @Test func aDownloadWaitsForItsUpload() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let made = await hanako.post("/_matrix/media/v1/create")
            let id = try #require(made["content_uri"]?.string).dropFirst("mxc://".count)
            let path = "/_matrix/client/v1/media/download/\(id)"
            let waiting = server.begin(.get, path, token: hanako.token, bytes: [])
            #expect(await hanako.upload(text, to: "/_matrix/media/v3/upload/\(id)", method: .put).status == 200)
            #expect(await waiting.whole().text == "0123456789")

            let never = await hanako.post("/_matrix/media/v1/create")
            let unused = try #require(never["content_uri"]?.string).dropFirst("mxc://".count)
            let answer = await hanako.get("/_matrix/client/v1/media/download/\(unused)?timeout_ms=0")
            #expect(answer.status == 504)
            #expect(answer.error == "M_NOT_YET_UPLOADED")
        }
    }
}

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-", .part(0..<100)), ("bytes=0-0", .part(0..<1)), ("bytes=90-200", .part(90..<100)),
            ("bytes=-10", .part(90..<100)), ("bytes=-1000", .part(0..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=0-1,5-6", .whole), ("bytes=", .whole),
            ("bytes=-", .whole), ("bytes=+1-2", .whole), ("bytes=a-b", .whole), ("items=0-1", .whole),
            ("bytes=99999999999999999999-", .whole), ("bytes=0-9223372036854775807", .part(0..<100)),
        ] as [(String?, ByteRange)])
    func fieldsAreRead(field: String?, expected: ByteRange) {
        #expect(ByteRange(field, size: 100) == expected)
    }

    @Test func nothingOfAnEmptyBodyCanBeHad() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", size: 0) == .unsatisfiable)
    }
}
