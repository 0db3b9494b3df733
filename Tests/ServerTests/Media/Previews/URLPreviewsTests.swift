import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct URLPreviewsTests {
    private static let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0]
    private let path = "/_matrix/client/v1/media/preview_url?url="

    private func run(
        _ answers: [String: FetchedPage], limits: [RateLimitGroup: RateLimit] = [:],
        _ change: (inout PreviewSettings) -> Void = { _ in },
        _ body: (RouteHarness, TestMember, ScriptedPages) async throws -> Void
    ) async throws {
        let pages = ScriptedPages(answers)
        var settings = PreviewSettings()
        change(&settings)
        try await RouteHarness.withMedia(
            limits: limits,
            adding: { parts, media, routes in
                URLPreviews(
                    pages: pages, media: media.repository, uploader: UserID(unchecked: "@mado:mado.test"),
                    settings: settings, clock: parts.clock
                ).addRoutes(to: &routes)
            }
        ) { server, _ in try await body(server, try await server.member("hanako"), pages) }
    }

    @Test func aPageWithItsPictureOnBothPaths() async throws {
        let html = "<meta property='og:title' content='T'><meta property='og:image' content='/a.png'><p>text"
        try await run([
            "https://example.org/": ScriptedPages.page(html),
            "https://example.org/a.png": FetchedPage(
                url: "https://example.org/a.png", status: 200, type: "image/png", body: Self.picture),
        ]) { server, hanako, pages in
            for path in [path, "/_matrix/media/v3/preview_url?url=", "/_matrix/media/r0/preview_url?url="] {
                let answer = await hanako.get(path + "https%3A%2F%2Fexample.org%2F%23part")
                #expect(answer.status == 200)
                #expect(answer["og:title"]?.string == "T")
                #expect(answer["og:description"]?.string == "text")
                #expect(answer["og:image:type"]?.string == "image/png")
                #expect(answer["matrix:image:size"]?.int == 12)
                let uri = try #require(ContentURI(answer["og:image"]?.string ?? ""))
                let found = await hanako.get("/_matrix/client/v1/media/download/\(uri.server)/\(uri.id)")
                #expect(found.bytes == Self.picture)
            }
            // Kept: asked once.
            #expect(pages.asked == ["https://example.org/", "https://example.org/a.png"])
            server.clock.advance(by: .seconds(3601))
            _ = await hanako.get(path + "https%3A%2F%2Fexample.org%2F")
            #expect(pages.asked.count == 4)
            let stranger = await server.request(.get, path + "https%3A%2F%2Fexample.org%2F")
            #expect(stranger.status == 401)
        }
    }

    @Test func aPictureIsItsOwnPreview() async throws {
        try await run([
            "https://example.org/b.png": FetchedPage(
                url: "https://example.org/b.png", status: 200, type: "image/png", body: Self.picture),
            // A type that does not fit what it is.
            "https://example.org/c.png": FetchedPage(
                url: "https://example.org/c.png", status: 200, type: "image/png", body: Array("<script>".utf8)),
        ]) { _, hanako, _ in
            #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2Fb.png")["og:image"]?.string != nil)
            #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2Fc.png").status == 404)
        }
    }

    @Test func whatIsNoPageHasNone() async throws {
        try await run([
            "https://example.org/pdf": ScriptedPages.page("%PDF", type: "application/pdf"),
            "https://example.org/empty": ScriptedPages.page("<html></html>"),
            "https://example.org/missing": FetchedPage(
                url: "https://example.org/missing", status: 404, type: "text/html", body: Array("<title>No".utf8)),
        ]) { _, hanako, pages in
            for name in ["pdf", "empty", "missing", "refused"] {
                let answer = await hanako.get(path + "https%3A%2F%2Fexample.org%2F" + name)
                #expect(answer.status == 404)
                #expect(answer.error == "M_NOT_FOUND")
            }
            let asked = pages.asked.count
            for link in [
                "file%3A%2F%2F%2Fetc%2Fpasswd", "ftp%3A%2F%2Fexample.org%2F", "example.org", "",
                "https%3A%2F%2Fuser%3Apassword%40example.org%2F", "https%3A%2F%2F", "https%3A%2F%2Fa%0d%0ab%2F",
                "https%3A%2F%2Fexample.org%2F" + String(repeating: "x", count: 2100),
            ] {
                let answer = await hanako.get(path + link)
                #expect(answer.error == "M_INVALID_PARAM", "\(link)")
            }
            #expect(await hanako.get("/_matrix/client/v1/media/preview_url").error == "M_MISSING_PARAM")
            #expect(pages.asked.count == asked)
        }
    }

    @Test func deniedHostsAreNotAskedNorReached() async throws {
        try await run([
            "https://example.org/": ScriptedPages.page("<title>x", at: "https://www.bad.example/"),
            "https://example.org/p": ScriptedPages.page(
                "<title>x</title><meta property='og:image' content='https://bad.example/a.png'>"),
        ]) {
            $0.deniedHosts = ["bad.example", "*.bad.example"].compactMap(HostPattern.init)
        } _: { _, hanako, pages in
            for host in ["bad.example", "BAD.example.", "www.bad.example%3A8443"] {
                let answer = await hanako.get(path + "https%3A%2F%2F\(host)%2F")
                #expect(answer.status == 403)
                #expect(answer.error == "M_FORBIDDEN")
            }
            #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2F").status == 404)
            #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2Fp")["og:title"]?.string == "x")
            #expect(pages.asked == ["https://example.org/", "https://example.org/p"])
        }
    }

    @Test func theyCanBeSwitchedOffAndAreLimited() async throws {
        try await run([:]) {
            $0.isEnabled = false
        } _: { _, hanako, pages in
            #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2F").error == "M_FORBIDDEN")
            #expect(pages.asked == [])
        }
        try await run([:], limits: [.preview: RateLimit(perSecond: 0.1, burst: 2)]) { _, hanako, _ in
            for _ in 1...2 { #expect(await hanako.get(path + "https%3A%2F%2Fexample.org%2F").status == 404) }
            let answer = await hanako.get(path + "https%3A%2F%2Fexample.org%2F")
            #expect(answer.status == 429)
            #expect(answer.error == "M_LIMIT_EXCEEDED")
        }
    }

    @Test(arguments: [
        ("example.org", "example.org", true), ("example.org", "www.example.org", false),
        ("*.example.org", "a.b.EXAMPLE.org", true), ("*.example.org", "example.org", true),
        ("*.example.org", "badexample.org", false), ("example.org", "example.org.", true),
    ])
    func hostPatterns(pattern: String, host: String, matches: Bool) {
        #expect(HostPattern(pattern)?.matches(host) == matches)
    }
}
