import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct MediaUploadTests {
    private let hello = Array("Hello".utf8)

    @Test func theLimitIsToldOnEveryPath() async throws {
        try await RouteHarness.withMedia {
            $0.maximumUpload = 1234
        } _: { server, _ in
            let hanako = try await server.member("hanako")
            for path in ["client/v1/media", "media/v3", "media/r0", "media/v1"] {
                let answer = await hanako.get("/_matrix/\(path)/config")
                #expect(answer["m.upload.size"]?.int == 1234)
            }
            #expect(await server.request(.get, "/_matrix/client/v1/media/config").error == "M_MISSING_TOKEN")
        }
    }

    @Test func whatIsTooLargeIsRefusedAndNothingStays() async throws {
        try await RouteHarness.withMedia {
            $0.maximumUpload = 1000
        } _: { server, media in
            let hanako = try await server.member("hanako")
            let exact = await hanako.upload([UInt8](repeating: 1, count: 1000))
            #expect(exact.status == 200)
            for isChunked in [false, true] {
                let answer = await hanako.upload([UInt8](repeating: 2, count: 1001), isChunked: isChunked)
                #expect(answer.status == 413)
                #expect(answer.error == "M_TOO_LARGE")
            }
            #expect(media.files(in: "incoming") == [])
            #expect(media.files(in: "content").count == 1)
        }
    }

    @Test func aBodyThatBreaksOffLeavesNothing() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let late = await hanako.upload(hello, endsWith: .timedOut)
            #expect(late.status == 408)
            #expect(media.files(in: "incoming") == [])
            #expect(media.files(in: "content") == [])
        }
    }

    @Test func theSameBytesAreKeptOnce() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let first = try await hanako.uploaded(hello)
            let second = try await kenji.uploaded(hello, type: "text/html", name: "b.html")
            #expect(first != second)
            // SHA-256 of Hello.
            #expect(
                media.files(in: "content") == ["18/5f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969"])
            #expect(media.files(in: "incoming") == [])
            let answer = await kenji.get("/_matrix/client/v1/media/download/\(second)")
            #expect(answer.text == "Hello")
            #expect(answer.headers.first(named: "content-disposition") == "attachment; filename=\"b.html\"")
        }
    }

    @Test func anIdentifierGivenOutBeforeIsUsedOnceByItsOwner() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let made = await hanako.post("/_matrix/media/v1/create")
            let uri = try #require(made["content_uri"]?.string)
            #expect(made["unused_expires_at"]?.int == server.clock.now + 24 * 3_600_000)
            let path = "/_matrix/media/v3/upload/" + uri.dropFirst("mxc://".count)
            let wrong = await kenji.upload(hello, to: path, method: .put)
            #expect(wrong.status == 403)
            #expect(wrong.error == "M_FORBIDDEN")
            #expect(await hanako.upload(hello, to: path, method: .put).status == 200)
            let again = await hanako.upload(hello, to: path, method: .put)
            #expect(again.status == 409)
            #expect(again.error == "M_CANNOT_OVERWRITE_MEDIA")
            for unknown in ["mado.test/unknown", "other.test/abc", "mado.test/..%2F..%2Fmado.db"] {
                let answer = await hanako.upload(hello, to: "/_matrix/media/v3/upload/\(unknown)", method: .put)
                #expect(answer.status == 404)
            }
        }
    }

    @Test func identifiersThatWaitAreLimitedAndExpire() async throws {
        try await RouteHarness.withMedia {
            $0.maximumUnused = 2
        } _: { server, media in
            let hanako = try await server.member("hanako")
            let made = await hanako.post("/_matrix/media/v1/create")
            _ = await hanako.post("/_matrix/media/v1/create")
            let refused = await hanako.post("/_matrix/media/v1/create")
            #expect(refused.status == 429)
            #expect(refused.error == "M_LIMIT_EXCEEDED")
            server.clock.advance(by: .seconds(24 * 3600 + 1))
            let id = try #require(made["content_uri"]?.string).dropFirst("mxc://".count)
            let late = await hanako.upload(hello, to: "/_matrix/media/v3/upload/\(id)", method: .put)
            #expect(late.status == 404)
            #expect(await hanako.post("/_matrix/media/v1/create").status == 200)
            try await media.cleaning.clean()
            let mediaID = MediaID(unchecked: String(id.dropFirst("mado.test/".count)))
            #expect(try await server.store.read { try $0.media(mediaID) } == nil)
        }
    }

    @Test func namesAndTypesAreBounded() async throws {
        try await RouteHarness.withMedia { server, _ in
            let hanako = try await server.member("hanako")
            let long = String(repeating: "x", count: 256)
            #expect(await hanako.upload(hello, name: long).error == "M_INVALID_PARAM")
            #expect(await hanako.upload(hello, type: long).error == "M_INVALID_PARAM")
            #expect(await hanako.upload(hello, name: "a%0d%0ab").error == "M_INVALID_PARAM")
        }
    }

    @Test func guestsAndStrangersUploadNothing() async throws {
        try await RouteHarness.withMedia { server, media in
            let answer = await server.begin(.post, "/_matrix/media/v3/upload", bytes: hello).whole()
            #expect(answer.error == "M_MISSING_TOKEN")
            #expect(media.files(in: "content") == [])
        }
    }
}
