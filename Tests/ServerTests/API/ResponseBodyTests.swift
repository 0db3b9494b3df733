import EventLoop
import HTTP
import Testing

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
