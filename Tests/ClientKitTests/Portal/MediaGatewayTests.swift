import TestSupport
import Testing

@testable import ClientKit

/// What a player gets through the gateway, and what it does not.
@Suite(.timeLimit(.minutes(5))) struct MediaGatewayTests {
    private let transport = try! CurlTransport(NetworkSettings(proxy: .none))

    private func gateway(_ server: ScriptedServer) throws -> MediaGateway {
        try MediaGateway(
            transport: transport, baseURL: server.url, headers: [("Authorization", "Bearer secret-token")])
    }

    private func get(_ url: String, range: String? = nil) async throws -> ClientResponse {
        try await transport.send(
            ClientRequest("GET", url, headers: range.map { [("Range", $0)] } ?? [], timeout: .seconds(60)))
    }

    /// Answers with what was asked for.
    private func echo() -> ScriptedServer {
        ScriptedServer { connection in
            while let request = connection.request() {
                let text =
                    "\(request.target) \(request.headers["authorization"] ?? "-") \(request.headers["range"] ?? "-")"
                connection.answer(
                    request.headers["range"] == nil ? 200 : 206, text,
                    headers: ["Content-Type: video/mp4", "Content-Range: bytes 5-9/10", "X-Other: no"])
            }
        }
    }

    @Test func bytesComeFromTheServerWithItsToken() async throws {
        let server = echo()
        let gateway = try gateway(server)
        let url = try #require(gateway.url(for: "mxc://localhost/abc"))
        #expect(url.hasPrefix("http://127.0.0.1:\(gateway.port)/"))
        let answer = try await get(url, range: "bytes=5-9")
        #expect(answer.status == 206)
        #expect(answer.header("Content-Range") == "bytes 5-9/10" && answer.header("Content-Type") == "video/mp4")
        #expect(answer.header("X-Other") == nil)
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == "/_matrix/client/v1/media/download/localhost/abc Bearer secret-token bytes=5-9")
        let live = try #require(gateway.url(for: "/_mado/v1/channels/x/live/a.ts?q=1"))
        let whole = try await get(live)
        #expect(
            String(decoding: whole.body, as: UTF8.self) == "/_mado/v1/channels/x/live/a.ts?q=1 Bearer secret-token -")
    }

    @Test func nothingElseCanBeHad() async throws {
        let server = echo()
        let gateway = try gateway(server)
        let url = try #require(gateway.url(for: "mxc://localhost/abc"))
        let base = "http://127.0.0.1:\(gateway.port)"
        let secret = url.dropFirst(base.count + 1).prefix { $0 != "/" }
        for path in [
            "/", "/_matrix/client/v3/sync", "/wrong/0/abc", "/\(secret)/0/other", "/\(secret)/1/abc",
            "/\(secret)/-1/abc",
            "/\(secret)/0/abc/../sync", "/\(secret)/0/", "/\(secret)",
        ] {
            #expect(try await get(base + path).status == 404)
        }
        let post = try await transport.send(ClientRequest("POST", url, timeout: .seconds(60)))
        #expect(post.status == 405)
        #expect(server.connectionCount == 0)
        for text in ["file:///etc/passwd", "ftp://example.org/a", "//example.org/a", "mxc://x", "data:,a"] {
            #expect(gateway.url(for: text) == nil)
        }
    }

    @Test func anotherServerSeesNoToken() async throws {
        let own = echo()
        let other = echo()
        let gateway = try gateway(own)
        let answer = try await get(try #require(gateway.url(for: other.url + "/film.mp4")))
        #expect(String(decoding: answer.body, as: UTF8.self) == "/film.mp4 - -")
        // Nor when the own server leads there.
        let leading = ScriptedServer { connection in
            while connection.request() != nil { connection.answer(302, headers: ["Location: \(other.url)/moved"]) }
        }
        let second = try self.gateway(leading)
        let moved = try await get(try #require(second.url(for: "mxc://localhost/a")))
        #expect(String(decoding: moved.body, as: UTF8.self) == "/moved - -")
    }

    @Test func playListsLeadThroughTheGateway() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.request() {
                if request.target.hasSuffix("index.m3u8") {
                    connection.answer(
                        200,
                        "#EXTM3U\r\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"1@0\"\r\n#EXTINF:4,\r\nseg1.ts\r\n#EXTINF:4,\r\n/abs/seg2.ts\r\nfile:///etc/passwd\r\n",
                        headers: ["Content-Type: application/vnd.apple.mpegurl"])
                } else {
                    connection.answer(200, request.target)
                }
            }
        }
        let gateway = try gateway(server)
        let list = try await get(try #require(gateway.url(for: "/live/index.m3u8")))
        let lines = String(decoding: list.body, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        #expect(lines[0] == "#EXTM3U")
        let prefix = "http://127.0.0.1:\(gateway.port)/"
        #expect(lines[1].hasPrefix("#EXT-X-MAP:URI=\"\(prefix)") && lines[1].hasSuffix("/init.mp4\",BYTERANGE=\"1@0\""))
        for (line, target) in [(3, "/live/seg1.ts"), (5, "/abs/seg2.ts")] {
            #expect(lines[line].hasPrefix(prefix))
            let part = try await get(lines[line])
            #expect(String(decoding: part.body, as: UTF8.self) == target)
        }
        #expect(lines[6] == "about:blank")
    }

    @Test func aBodyThatBreaksOffEndsTheConnection() async throws {
        let server = ScriptedServer { connection in
            guard connection.request() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        }
        let gateway = try gateway(server)
        let url = try #require(gateway.url(for: "mxc://localhost/abc"))
        // Said at once, not found out by a limit of time.
        let error = await #expect(throws: TransportError.self) { try await get(url) }
        if case .cut = error {} else { Issue.record("not cut: \(String(describing: error))") }
    }

    @Test func theGatewayEndsWithItsOwner() async throws {
        let server = echo()
        var gateway: MediaGateway? = try self.gateway(server)
        let url = try #require(gateway?.url(for: "mxc://localhost/abc"))
        #expect(try await get(url).status == 200)
        gateway = nil
        transport.networkChanged()
        // Its port refuses as soon as its queue has closed it; another server may have taken it since.
        while let answer = try? await get(url), answer.status == 200 {}
    }
}
