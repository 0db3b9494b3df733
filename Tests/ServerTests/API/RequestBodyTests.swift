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
}
