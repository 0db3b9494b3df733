import EventLoop
import HTTP
import JSON
import Testing

@testable import Server

@Suite struct RequestBodyTests {
    /// A body that does not come, or not whole, gets an answer where there is somebody to take it.
    @Test func aBodyThatStopsIsAnswered() async throws {
        try await RouteHarness.run { server in
            let path = "/_matrix/client/v3/login"
            let late = await server.begin(.post, path, bytes: Array("{".utf8), endsWith: .timedOut).whole()
            #expect(late.status == 408)
            let large = await server.begin(.post, path, bytes: Array("{".utf8), endsWith: .tooLarge).whole()
            #expect(large.status == 413)
            #expect(large.error == "M_TOO_LARGE")
        }
    }

    /// What comes between a look at the body and the waiting for it is not missed.
    @Test(.timeLimit(.minutes(1))) func partsThatComeAtAnyMomentArrive() async throws {
        let group = try EventLoopGroup(count: 1)
        let parts = (0..<50).map { [UInt8](repeating: $0, count: 100) }
        let (exchange, stream) = BehindStream.exchange(on: group.loops[0], hasBody: true)
        let whole = try await Task(executorPreference: group.loops[0]) {
            stream.parts = parts
            let body = RequestBody(exchange)
            var whole: [UInt8] = []
            while let part = try await body.next() { whole += part }
            exchange.respond(HTTPResponse(status: .ok))
            return whole
        }.value
        #expect(whole == parts.flatMap(\.self))
        group.shutdown()
    }
}
