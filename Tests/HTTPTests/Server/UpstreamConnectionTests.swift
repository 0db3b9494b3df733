import EventLoop
import HTTP
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct UpstreamConnectionTests {
    private static let answer: [UInt8] = Array("console.log(1)".utf8)

    /// Work of the loop comes between any two steps of a request, and no step misses what happened before it.
    @Test func eachRequestIsAnsweredWhileTheLoopIsBusy() async throws {
        try await withServer(answer: {
            $0.respond(HTTPResponse(status: .ok, headers: ["content-type": "text/javascript"], body: Self.answer))
        }) { server in
            let group = try EventLoopGroup(count: 1)
            let loop = group.loops[0]
            let isBusy = Flag()
            for _ in 0..<8 { loop.execute { work(loop, while: isBusy) } }
            let address = try #require(PeerAddress("127.0.0.1"))
            let failures = await withTaskGroup(of: Int.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        await Task(executorPreference: loop) {
                            var failures = 0
                            for _ in 0..<100 {
                                let body = try? await get("/file.js", address, server.port, loop)
                                if body != Self.answer { failures += 1 }
                            }
                            return failures
                        }.value
                    }
                }
                return await tasks.reduce(0, +)
            }
            isBusy.value.store(false, ordering: .relaxed)
            group.shutdown()
            #expect(failures == 0)
        }
    }

    /// The client's time is not the server's behind.
    @Test func aRequestMayComeSlowly() async throws {
        try await withServer(answer: { exchange in
            exchange.collectBody(limit: 100) { result in
                exchange.respond(.text("\((try? result.get())?.count ?? -1)"))
            }
        }) { server in
            let clock = DrivenClock()
            let group = try EventLoopGroup(count: 1, clock: .driven(clock))
            let loop = group.loops[0]
            let address = try #require(PeerAddress("127.0.0.1"))
            let body = try? await Task(executorPreference: loop) {
                let connection = try UpstreamConnection(to: address, port: server.port, on: loop)
                try await connection.send(Array("POST / HTTP/1.0\r\nhost: test\r\ncontent-length: 6\r\n\r\n".utf8))
                for _ in 0..<2 {
                    await clock.advance(by: .seconds(40))
                    try await connection.send([1, 2, 3])
                }
                #expect(try await connection.head().0 == .ok)
                return try await connection.next()
            }.value
            group.shutdown()
            #expect(body == Array("6".utf8))
        }
    }

    @Test func aServerThatIsNotThereIsToldOf() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.loops[0]
        let address = try #require(PeerAddress("127.0.0.1"))
        await Task(executorPreference: loop) {
            _ = await #expect(throws: UpstreamError.self) { try await get("/", address, 1, loop) }
        }.value
        group.shutdown()
    }
}

private func get(_ path: String, _ address: PeerAddress, _ port: UInt16, _ loop: EventLoop) async throws -> [UInt8] {
    let connection = try UpstreamConnection(to: address, port: port, on: loop)
    try await connection.send(Array("GET \(path) HTTP/1.0\r\nhost: test\r\nconnection: close\r\n\r\n".utf8))
    #expect(try await connection.head().0 == .ok)
    var body: [UInt8] = []
    while let part = try await connection.next() { body += part }
    return body
}

private final class Flag: Sendable {
    let value = Atomic<Bool>(true)
}

/// Work without an end, in pieces that take some time each.
private func work(_ loop: EventLoop, while flag: Flag) {
    guard flag.value.load(ordering: .relaxed) else { return }
    var sum = 0
    for number in 0..<1000 { sum &+= number }
    withExtendedLifetime(sum) {}
    loop.execute { work(loop, while: flag) }
}
