import EventLoop
import HTTP
import Synchronization
import Testing

struct TestApplication: HTTPApplication {
    let body: @Sendable (HTTPExchange) -> Void

    func receive(_ exchange: HTTPExchange) { body(exchange) }
}

/// A server on loopback, and the clock that its deadlines go by.
struct TestServer: Sendable {
    let server: HTTPServer
    let group: EventLoopGroup
    let clock: DrivenClock
    let ports: [UInt16]

    var port: UInt16 { ports[0] }
    var loop: EventLoop { group.loops[0] }
    var statistics: HTTPStatistics { server.statistics }

    func client() async throws -> TestClient { try await TestClient(port: port) }
}

/// Runs a server for the time of `test`. Its clock stands still unless the test moves it.
func withServer(
    loops: Int = 1, tls: [TLSConfiguration?] = [nil],
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    answer: @escaping @Sendable (HTTPExchange) -> Void,
    test: (TestServer) async throws -> Void
) async throws {
    let clock = DrivenClock()
    let group = try EventLoopGroup(count: loops, clock: .driven(clock))
    let loopback = try #require(PeerAddress("127.0.0.1"))
    var configuration = HTTPServerConfiguration(
        listeners: tls.map { HTTPListener(address: loopback, port: 0, tls: $0) })
    configure(&configuration)
    let server = HTTPServer(
        configuration: configuration, group: group, application: TestApplication(body: answer))
    let failure: (any Error)?
    do {
        let ports = try server.start()
        try await test(TestServer(server: server, group: group, clock: clock, ports: ports))
        failure = nil
    } catch {
        failure = error
    }
    await server.shutdown(grace: .zero)
    group.shutdown()
    if let failure { throw failure }
}

/// Waits until a condition holds that some other thread is about to make true.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(60)
    while !condition() {
        try #require(clock.now < end, what, sourceLocation: sourceLocation)
        await Task.yield()
    }
}

/// Counts, from any thread.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)

    func add(_ amount: Int = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
}

/// Collects, from any thread.
final class Log: Sendable {
    private let values = Mutex<[String]>([])

    func add(_ value: String) { values.withLock { $0.append(value) } }
    var all: [String] { values.withLock { $0 } }
}

/// Hands an exchange from the loop to the test.
final class Held: Sendable {
    private let exchanges = Mutex<[HTTPExchange]>([])

    func hold(_ exchange: HTTPExchange) { exchanges.withLock { $0.append(exchange) } }
    var all: [HTTPExchange] { exchanges.withLock { $0 } }
    var count: Int { exchanges.withLock { $0.count } }

    /// Runs `body` with the exchange of that number, on its loop, and waits for it.
    func on(_ number: Int = 0, _ body: @escaping @Sendable (HTTPExchange) -> Void) async {
        let exchange = all[number]
        await withCheckedContinuation { continuation in
            exchange.loop.execute {
                body(exchange)
                continuation.resume()
            }
        }
    }
}
