import Synchronization

@testable import Server

/// Answers for application services as a test says, and remembers what was asked.
final class ScriptedServiceTransport: ServiceTransport {
    struct Asked: Sendable {
        let method: String
        let url: String
        let token: String
        let body: String
    }

    typealias Answering = @Sendable (Asked) async throws(ServiceTransportError) -> (status: Int, body: String)

    private let requests = Mutex<[Asked]>([])
    private let answering: Mutex<Answering>
    private let (stream, continuation) = AsyncStream.makeStream(of: Asked.self)

    /// Nobody answers unless the test says something else.
    init(_ answering: @escaping Answering = { _ throws(ServiceTransportError) in throw .failed("nobody is there") }) {
        self.answering = Mutex(answering)
    }

    var asked: [Asked] { requests.withLock { $0 } }
    /// What is asked, as it comes.
    var arrivals: AsyncStream<Asked> { stream }

    func answer(_ answering: @escaping Answering) { self.answering.withLock { $0 = answering } }

    func send(
        _ method: String, _ url: String, token: String, body: [UInt8]?, timeout: Duration
    ) async throws(ServiceTransportError) -> (status: Int, body: [UInt8]) {
        let asked = Asked(method: method, url: url, token: token, body: String(decoding: body ?? [], as: UTF8.self))
        requests.withLock { $0.append(asked) }
        continuation.yield(asked)
        let current = answering.withLock { $0 }
        let answer = try await current(asked)
        return (answer.status, Array(answer.body.utf8))
    }
}
