import Synchronization
import TestSupport
import Testing

@testable import ClientKit

/// A second server's page that is kept for times without a connection.
@Suite(.timeLimit(.minutes(1))) struct ArcadePageStoreTests {
    /// Serves a list and files, which a test may change.
    private final class Site: Sendable {
        let content = Mutex<[String: String]>([:])
        let asked = Mutex<[String]>([])

        var server: ScriptedServer {
            ScriptedServer { [self] connection in
                while let request = connection.request() {
                    asked.withLock { $0.append(request.target) }
                    if let text = content.withLock({ $0[request.target] }) {
                        connection.answer(200, text)
                    } else {
                        connection.answer(404, "{}")
                    }
                }
            }
        }
    }

    private let folder = TemporaryFolder()
    private let site = Site()

    private func store() -> ArcadePageStore { ArcadePageStore(folder: folder.path + "/page") }

    private func client(_ server: ScriptedServer) throws -> ArcadeClient {
        ArcadeClient(url: server.url + "/", transport: try CurlTransport(NetworkSettings(proxy: .none)))
    }

    private func digest(_ text: String) throws -> String {
        try AtomicFile.write(Array(text.utf8), to: folder.path + "/text")
        return try #require(GameStore.digest(folder.path + "/text"))
    }

    private func offer(_ files: [(path: String, url: String, text: String)], alone: String = "reversi") throws {
        let list = try files.map { file in
            #"{"path":"\#(file.path)","url":"\#(file.url)","sha256":"\#(try digest(file.text))","size":\#(file.text.utf8.count)}"#
        }.joined(separator: ",")
        site.content.withLock { content in
            for file in files { content["/" + file.url] = file.text }
            content["/api/page"] = #"{"files":[\#(list)],"alone":["\#(alone)"]}"#
        }
    }

    @Test func whatIsWholeIsKeptAndOnlyWhatIsNewIsFetched() async throws {
        let server = site.server
        defer { FileFolder.remove(folder.path + "/page") }
        let (store, client) = (store(), try client(server))
        #expect(store.kept() == nil)
        try offer([("index.html", "", "<html>"), ("a.js", "a.js", "1")])
        try await store.refresh(client)
        let kept = try #require(store.kept())
        #expect(kept.activities == [.reversi])
        #expect(AtomicFile.read(kept.folder + "/a.js") == Array("1".utf8))
        try offer([("index.html", "", "<html>"), ("a.js", "a.js", "2")])
        site.asked.withLock { $0 = [] }
        try await store.refresh(client)
        #expect(site.asked.withLock { $0 } == ["/api/page", "/a.js"])
        #expect(AtomicFile.read(kept.folder + "/a.js") == Array("2".utf8))
        // Something else wrote there meanwhile: it is not what it should be.
        try AtomicFile.write(Array("3".utf8), to: kept.folder + "/a.js")
        #expect(store.kept() == nil)
    }

    @Test func whatIsNotWhatTheListSaysIsNotTaken() async throws {
        let server = site.server
        defer { FileFolder.remove(folder.path + "/page") }
        let (store, client) = (store(), try client(server))
        try offer([("index.html", "", "<html>")])
        site.content.withLock { $0["/"] = "something else" }
        await #expect(throws: ArcadePageStore.Failure.self) { try await store.refresh(client) }
        for path in ["../a.js", "b/a.js", ".hidden", ""] {
            try offer([("index.html", "", "<html>"), (path, "a.js", "1")])
            await #expect(throws: ArcadePageStore.Failure.self) { try await store.refresh(client) }
        }
        try offer([("a.js", "a.js", "1")])
        await #expect(throws: ArcadePageStore.Failure.self) { try await store.refresh(client) }
        for sizes in [[Int64.max, Int64.max], [-1]] {
            let list = sizes.map { #"{"path":"index.html","url":"","sha256":"0","size":\#($0)}"# }
            site.content.withLock { $0["/api/page"] = #"{"files":[\#(list.joined(separator: ","))]}"# }
            await #expect(throws: ArcadePageStore.Failure.self) { try await store.refresh(client) }
        }
        #expect(store.kept() == nil)
    }
}
