import EventLoop
import Foundation
import HTTP
import TestSupport
import Testing

/// What others speak: the tools of curl and nghttp2, where they are installed.
struct HTTPRealPeerTests {
    private static func isInstalled(_ tool: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(tool)")
    }

    private static func run(_ tool: String, _ arguments: [String]) async throws -> String {
        try await clientPool.run {
            try ChildProcess.run("/usr/bin/\(tool)", arguments).text
        }
    }

    @Test(
        .enabled(if: HTTPRealPeerTests.isInstalled("curl")),
        arguments: ["--http1.1", "--http2", "--http2-prior-knowledge"], [false, true])
    func curl(version: String, overTLS: Bool) async throws {
        let certificate = try TestCertificate(commonName: "test")
        let body = String(repeating: "Grüße, 窓! ", count: 30_000)
        let file = FileManager.default.temporaryDirectory.appending(path: "mado-curl-\(UUID().uuidString)")
        try Data(body.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer(tls: [overTLS ? certificate.configuration : nil], answer: HTTP1ExchangeTests.echo) {
            server in
            let answer = try await HTTPRealPeerTests.run(
                "curl",
                [
                    "-sk", version, "--compressed", "--data-binary", "@\(file.path())", "-w", "|%{http_code}",
                    "http\(overTLS ? "s" : "")://127.0.0.1:\(server.port)/",
                ])
            #expect(answer == body + "|200")
        }
    }

    @Test(.enabled(if: HTTPRealPeerTests.isInstalled("h2load")), arguments: [false, true])
    func h2load(overTLS: Bool) async throws {
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(loops: 2, tls: [overTLS ? certificate.configuration : nil]) { exchange in
            Task(executorPreference: exchange.loop) {
                await Task.yield()
                exchange.respond(.text(String(repeating: "x", count: 20_000)))
            }
        } test: { server in
            let report = try await HTTPRealPeerTests.run(
                "h2load",
                ["-n", "1000", "-c", "10", "-m", "20", "http\(overTLS ? "s" : "")://127.0.0.1:\(server.port)/"])
            #expect(report.contains("1000 succeeded, 0 failed, 0 errored"))
            #expect(server.statistics.requests == 1_000)
        }
    }
}
