import EventLoop
import HTTP

private struct EmptyAnswers: HTTPApplication {
    func receive(_ exchange: HTTPExchange) { exchange.respond(HTTPResponse(status: .noContent)) }
}

/// A server with TLS on loopback for the time of `test`, which answers with nothing.
func withTLSServer(_ tls: TLSConfiguration, _ test: (UInt16) async throws -> Void) async throws {
    let group = try EventLoopGroup(count: 1)
    let listener = HTTPListener(address: PeerAddress("127.0.0.1")!, port: 0, tls: tls)
    let server = HTTPServer(
        configuration: HTTPServerConfiguration(listeners: [listener]), group: group, application: EmptyAnswers())
    let ports = try server.start()
    let result: Result<Void, any Error>
    do { result = .success(try await test(ports[0])) } catch { result = .failure(error) }
    await server.shutdown(grace: .zero)
    group.shutdown()
    try result.get()
}
