import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ClientKit

/// libcurl against servers that do what each test says.
struct CurlTransportTests {
    private let transport = try! CurlTransport(NetworkSettings(proxy: .none))

    private func error(_ request: ClientRequest) async -> TransportError? {
        do {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error as? TransportError
        }
    }

    @Test func requestAndAnswerArriveWhole() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.request() {
                let seen =
                    "\(request.method) \(request.target) \(request.headers["x-test"] ?? "") \(request.body.count)"
                connection.answer(418, seen, headers: ["X-Answer: yes"])
            }
        }
        let response = try await transport.send(
            ClientRequest(
                "PUT", server.url + "/a?b=c", headers: [("x-test", "hello")], body: .bytes(Array("body!".utf8))))
        #expect(response.status == 418)
        #expect(response.header("x-answer") == "yes")
        #expect(String(decoding: response.body, as: UTF8.self) == "PUT /a?b=c hello 5")
        let post = try await transport.send(ClientRequest("POST", server.url + "/p"))
        #expect(String(decoding: post.body, as: UTF8.self) == "POST /p  0")
        // Kept open.
        #expect(server.connectionCount == 1)
    }

    @Test func filesGoUpAndComeDownBySize() async throws {
        let folder = TemporaryFolder()
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let source = folder.write(content, to: "up")
        let server = ScriptedServer { connection in
            while let request = connection.request() {
                connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(request.body.count)\r\n\r\n")
                connection.write(request.body)
            }
        }
        let seen = Mutex<[TransferProgress]>([])
        let response = try await transport.send(
            ClientRequest(
                "POST", server.url, body: .file(path: source), destination: .file(path: folder.path + "/down"))
        ) { now in seen.withLock { $0.append(now) } }
        #expect(response.status == 200 && response.body.isEmpty)
        #expect(folder.read("down") == content)
        #expect(folder.names == ["down", "up"])
        let last = seen.withLock { $0.last }
        #expect(
            last
                == TransferProgress(sent: 3_000_000, sendTotal: 3_000_000, received: 3_000_000, receiveTotal: 3_000_000)
        )
    }

    @Test func anUnfinishedDownloadLeavesWhatWasThere() async throws {
        let folder = TemporaryFolder()
        _ = folder.write([1, 2, 3], to: "file")
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this")
        }
        let request = ClientRequest("GET", server.url, destination: .file(path: folder.path + "/file"))
        #expect(await error(request) == .cut)
        #expect(folder.read("file") == [1, 2, 3])
        #expect(folder.names == ["file"])
    }

    @Test func anErrorInsteadOfAFileIsKeptInMemory() async throws {
        let folder = TemporaryFolder()
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.answer(404, "{}")
        }
        let response = try await transport.send(
            ClientRequest("GET", server.url, destination: .file(path: folder.path + "/file")))
        #expect(response.status == 404 && response.body == Array("{}".utf8))
        #expect(folder.names.isEmpty)
    }

    @Test func anAnswerLongerThanAllowedIsRefused() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.answer(200, String(repeating: "x", count: 100_000))
        }
        #expect(await error(ClientRequest("GET", server.url, destination: .memory(limit: 99_999))) == .tooLarge)
    }

    @Test func timesEnd() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345")
            connection.waitForEnd()
        }
        #expect(await error(ClientRequest("GET", server.url, timeout: .milliseconds(50))) == .timedOut)
        #expect(await error(ClientRequest("GET", server.url, idleTimeout: .milliseconds(50))) == .timedOut)
        // What was open then is not used again; what is sent now is answered all the same.
        let other = ScriptedServer { connection in
            while connection.request() != nil { connection.answer() }
        }
        #expect(try await transport.send(ClientRequest("GET", other.url)).status == 200)
        #expect(await error(ClientRequest("GET", server.url, timeout: .milliseconds(50))) == .timedOut)
        #expect(try await transport.send(ClientRequest("GET", other.url)).status == 200)
        #expect(other.connectionCount == 2)
    }

    @Test func cancellingTheTaskEndsTheTransfer() async throws {
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let (left, leave) = AsyncStream<Void>.makeStream()
        let server = ScriptedServer { connection in
            _ = connection.request()
            arrive.yield()
            connection.waitForEnd()
            leave.yield()
        }
        let task = Task { await error(ClientRequest("GET", server.url)) }
        for await _ in arrived { break }
        task.cancel()
        #expect(await task.value == .cancelled)
        for await _ in left { break }
    }

    @Test func nobodyThere() async throws {
        let server = ScriptedServer { _ in }
        server.stop()
        // The listening socket was shut down: the kernel refuses.
        #expect(await error(ClientRequest("GET", server.url)) == .cannotConnect(host: "127.0.0.1"))
        #expect(await error(ClientRequest("GET", "ftp://127.0.0.1/")) == .badURL("ftp://127.0.0.1/"))
        let path = TemporaryFolder().path + "/gone"
        let gone = ClientRequest("PUT", server.url, body: .file(path: path))
        #expect(await error(gone) == .file(path: path, ENOENT))
    }

    @Test func redirectionsAreFollowedWithoutSecrets() async throws {
        let other = ScriptedServer { connection in
            while let request = connection.request() {
                connection.answer(200, request.headers["authorization"] ?? "none")
            }
        }
        let target = other.url
        let first = ScriptedServer { connection in
            while let request = connection.request() {
                switch request.target {
                case "/away": connection.answer(307, headers: ["Location: \(target)/there"])
                case "/near": connection.answer(302, headers: ["Location: here"])
                case "/round": connection.answer(302, headers: ["Location: /round"])
                case "/bad": connection.answer(302, headers: ["Location: file:///etc/passwd"])
                default: connection.answer(200, request.headers["authorization"] ?? "none")
                }
            }
        }
        func get(_ path: String) async throws -> String {
            let headers = [(name: "Authorization", value: "Bearer secret")]
            let response = try await transport.send(ClientRequest("GET", first.url + path, headers: headers))
            return "\(response.status) " + String(decoding: response.body, as: UTF8.self)
        }
        #expect(try await get("/near") == "200 Bearer secret")
        #expect(try await get("/away") == "200 none")
        #expect(try await get("/bad") == "302 ")
        await #expect(throws: TransportError.other("too many redirections")) { try await get("/round") }
    }

    @Test func aStreamIsReadAsItComes() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\nfirst")
            connection.waitForEnd()
        }
        let response = try await transport.stream(ClientRequest("GET", server.url))
        #expect(response.status == 200 && response.header("Content-Type") == "text/event-stream")
        var chunks = response.chunks.makeAsyncIterator()
        #expect(try await chunks.next() == Array("first".utf8))
    }

    @Test func whoDoesNotReadHoldsTheSenderBack() async throws {
        let total = 64 << 20
        let (stalls, stall) = AsyncStream<Int>.makeStream()
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(total)\r\n\r\n")
            connection.setStallLimit(milliseconds: 200)
            let bytes = [UInt8](repeating: 7, count: total)
            let taken = connection.write(bytes)
            stall.yield(taken)
            connection.setStallLimit(milliseconds: 0)
            connection.write(Array(bytes[taken...]))
        }
        let response = try await transport.stream(ClientRequest("GET", server.url))
        var taken = total
        for await count in stalls {
            taken = count
            break
        }
        // What the kernel's buffers and ours hold.
        #expect(taken < total / 2)
        var received = 0
        for try await chunk in response.chunks { received += chunk.count }
        #expect(received == total)
    }

    @Test func lettingGoOfAStreamEndsIt() async throws {
        let (left, leave) = AsyncStream<Void>.makeStream()
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\n\r\nx")
            connection.waitForEnd()
            leave.yield()
        }
        do {
            let response = try await transport.stream(ClientRequest("GET", server.url))
            #expect(response.status == 200)
        }
        for await _ in left { break }
    }

    @Test func aStreamThatBreaksOffThrows() async throws {
        let server = ScriptedServer { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n")
        }
        let response = try await transport.stream(ClientRequest("GET", server.url))
        var received: [UInt8] = []
        await #expect(throws: TransportError.cut) {
            for try await chunk in response.chunks { received += chunk }
        }
        #expect(received == Array("x".utf8))
    }

    @Test func manyAtOnceWhileSettingsChange() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.request() {
                if request.target == "/never" { return connection.waitForEnd() }
                connection.answer(200, request.target)
            }
        }
        let transport = transport
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<120 {
                group.addTask {
                    let isDropped = number % 3 == 0
                    let request = ClientRequest("GET", server.url + (isDropped ? "/never" : "/\(number)"))
                    if isDropped {
                        let task = Task { try await transport.send(request) }
                        task.cancel()
                        await #expect(throws: TransportError.cancelled) { try await task.value }
                    } else {
                        let response = try? await transport.send(request)
                        #expect(response.map { String(decoding: $0.body, as: UTF8.self) } == "/\(number)")
                    }
                    if number % 50 == 0 { transport.networkChanged() }
                }
            }
        }
    }
}
