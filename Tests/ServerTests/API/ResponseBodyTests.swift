import EventLoop
import Testing

@testable import HTTP
@testable import Server

@Suite(.timeLimit(.minutes(1))) struct ResponseBodyTests {
    /// A client that takes what was written before anybody waits for that is not waited for.
    @Test func aClientThatIsQuickIsNotWaitedFor() async throws {
        let group = try EventLoopGroup(count: 1)
        let (exchange, stream) = BehindStream.exchange(on: group.loops[0])
        let written = try await Task(executorPreference: group.loops[0]) {
            try await exchange.send(.ok, [:], Numbers(count: 50))
            return stream.written
        }.value
        #expect(written == Array(0..<50))
        group.shutdown()
    }

    @Test func whoLeavesEndsIt() async throws {
        let group = try EventLoopGroup(count: 1)
        let (exchange, stream) = BehindStream.exchange(on: group.loops[0])
        let written = try await Task(executorPreference: group.loops[0]) {
            stream.leavesAfter = 7
            try await exchange.send(.ok, [:], Numbers(count: 50))
            return stream.written
        }.value
        #expect(written == Array(0..<7))
        group.shutdown()
    }

    @Test func whoLeavesEndsASilentOne() async throws {
        let group = try EventLoopGroup(count: 1)
        let (exchange, stream) = BehindStream.exchange(on: group.loops[0])
        let written = try await Task(executorPreference: group.loops[0]) {
            try await exchange.send(.ok, [:], Silence(exchange))
            return stream.written
        }.value
        #expect(written == [])
        group.shutdown()
    }
}

/// Never comes; the client leaves when it is waited for. Confined to the loop.
private final class Silence: ResponseBody, @unchecked Sendable {
    private let exchange: HTTPExchange
    private let waiter = LoopWaiter()
    private var isCancelled = false

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    func next() async throws -> [UInt8]? {
        exchange.loop.execute { [exchange] in exchange.closed() }
        await waiter.wait { isCancelled }
        throw CancellationError()
    }

    func cancel() {
        isCancelled = true
        waiter.resume()
    }
}

/// Confined to one task.
private final class Numbers: ResponseBody, @unchecked Sendable {
    private var next: UInt8 = 0
    private let count: UInt8

    init(count: UInt8) { self.count = count }

    func next() async throws -> [UInt8]? {
        guard next < count else { return nil }
        defer { next += 1 }
        return [next]
    }
}
