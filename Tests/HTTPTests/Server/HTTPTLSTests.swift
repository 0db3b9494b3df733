import COpenSSL
import EventLoop
import HTTP
import TestSupport
import Testing

struct HTTPTLSTests {
    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func requestsGoOverTLS(version: Int32) async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration]) { exchange in
            exchange.collectBody(limit: 1 << 20) { result in
                #expect(exchange.head.isSecure)
                exchange.respond(HTTPResponse(status: .ok, body: (try? result.get()) ?? []))
            }
        } test: { server in
            let client = try await server.client()
            let result = try await client.startTLS(TestClient.TLSOffer(versions: version...version))
            #expect(result.version == version)
            #expect(result.selected == "http/1.1")
            #expect(result.commonName == "test")
            for size in [1, 1_000, 100_000, 1_000_000] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                try await client.send(body)
                #expect(try await client.response()?.body == body)
            }
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.response()?.status == 200)
            // With close_notify, or the client throws.
            #expect(try await client.readToEnd().isEmpty)
        }
    }

    @Test func oldVersionsAreRefused() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration]) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            await #expect(throws: ClientError.self) {
                try await client.startTLS(TestClient.TLSOffer(versions: TLS1_1_VERSION...TLS1_1_VERSION))
            }
            try await eventually("it is counted") { server.statistics.failedHandshakes == 1 }
            try await eventually("it is gone") { server.statistics.open == 0 }
        }
    }

    @Test(arguments: [
        (["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1"), ([], ""),
    ])
    func theProtocolIsNegotiated(offered: [String], selected: String) async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration]) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            #expect(try await client.startTLS(TestClient.TLSOffer(protocols: offered)).selected == selected)
            if selected != "h2" { #expect(try await client.get("/").status == 200) }
        }
    }

    @Test func aClientThatSpeaksNeitherIsRefused() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [certificate.configuration]) {
            $0.respond(.text("ok"))
        } test: { server in
            let client = try await server.client()
            await #expect(throws: ClientError.self) {
                try await client.startTLS(TestClient.TLSOffer(protocols: ["spdy/3"]))
            }
        }
    }

    /// Many times, so that tickets of one loop come to the other.
    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aSessionIsTakenUpOnAnyLoop(version: Int32) async throws {
        let certificate = try TestCertificate(commonName: "test")
        let loops = Log()
        try await withServer(loops: 2, tls: [certificate.configuration]) { exchange in
            loops.add("\(exchange.loop.index)")
            exchange.respond(.text("ok"))
        } test: { server in
            var session: TestClient.Session?
            for number in 0..<20 {
                let client = try await server.client()
                let result = try await client.startTLS(
                    TestClient.TLSOffer(versions: version...version, session: session))
                #expect(result.isResumed == (number > 0))
                #expect(try await client.get("/").status == 200)
                session = client.lastSession
            }
            #expect(Set(loops.all).count == 2)
            #expect(server.statistics.handshakes == 20)
            #expect(server.statistics.resumedHandshakes == 19)
        }
    }

    @Test func aNewCertificateServesNewConnections() async throws {
        let certificate = try TestCertificate(commonName: "first")
        try await withServer(tls: [certificate.configuration]) {
            $0.respond(.text("ok"))
        } test: { server in
            let old = try await server.client()
            #expect(try await old.startTLS().commonName == "first")
            #expect(try await old.get("/").status == 200)
            try certificate.write(commonName: "second")
            try server.server.reloadCertificates()
            let new = try await server.client()
            #expect(try await new.startTLS().commonName == "second")
            // The old connection goes on.
            #expect(try await old.get("/").status == 200)
            // What cannot be read changes nothing.
            try certificate.spoil()
            #expect(throws: HTTPServerError.self) { try server.server.reloadCertificates() }
            let newest = try await server.client()
            #expect(try await newest.startTLS().commonName == "second")
        }
    }

    @Test func aPlainAndATLSPortServeSideBySide() async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [nil, certificate.configuration]) {
            $0.respond(.text("\($0.head.isSecure)"))
        } test: { server in
            #expect(try await TestClient(port: server.ports[0]).get("/").text == "false")
            let secure = try await TestClient(port: server.ports[1])
            _ = try await secure.startTLS()
            #expect(try await secure.get("/").text == "true")
            // HTTP on the TLS port is no handshake.
            let plain = try await TestClient(port: server.ports[1])
            try await plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("it is counted") { server.statistics.failedHandshakes == 1 }
        }
    }
}
