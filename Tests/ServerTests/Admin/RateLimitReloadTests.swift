import EventLoop
import MatrixAPI
import Testing

@testable import Server

@Suite struct RateLimitReloadTests {
    @Test func otherLimitsHoldFromThenOn() throws {
        let limiter = RateLimiter(limits: [.message: RateLimit(perSecond: 1, burst: 2)])
        let now = MonotonicTime(nanoseconds: 1_000_000_000)
        try limiter.take(.message, by: "@a:b", now: now)
        try limiter.take(.message, by: "@a:b", now: now)
        #expect(throws: MatrixError.self) { try limiter.take(.message, by: "@a:b", now: now) }
        limiter.replaceLimits([.message: RateLimit(perSecond: 1, burst: 3)])
        try limiter.take(.message, by: "@a:b", now: now)
        #expect(throws: MatrixError.self) { try limiter.take(.message, by: "@a:b", now: now) }
        limiter.replaceLimits([:])
        for _ in 0..<100 { try limiter.take(.message, by: "@a:b", now: now) }
    }
}
