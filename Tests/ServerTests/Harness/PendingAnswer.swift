import EventLoop
import JSON
import Server

@testable import HTTP

/// What a request was answered.
struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    /// The body; `{}` when it is not JSON.
    var body: JSONValue { (try? JSONValue.parse(bytes)) ?? .emptyObject }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// `errcode`, nil when there is none.
    var error: String? { body["errcode"]?.string }

    subscript(key: String) -> JSONValue? { body[key] }
}

/// A request that may be answered later, or bit by bit.
struct PendingAnswer: Sendable {
    let exchange: HTTPExchange
    let stream: InProcessStream

    /// The whole answer.
    func whole() async -> TestAnswer { await answer { $0.isOver } }

    /// What has come once there is `text` in it.
    func containing(_ text: String) async -> TestAnswer {
        await answer { String(decoding: $0.body, as: UTF8.self).contains(text) }
    }

    /// Whether anything was answered yet.
    func hasBegun() async -> Bool { await stream.received { _ in true }.hasBegun }

    /// The client goes away.
    func disconnect() { exchange.loop.execute { exchange.closed() } }

    private func answer(_ condition: @escaping @Sendable (InProcessStream.Received) -> Bool) async -> TestAnswer {
        let received = await stream.received(condition)
        return TestAnswer(status: received.status, headers: received.headers, bytes: received.body)
    }
}

/// A value from text that a test writes.
func json(_ text: String) -> JSONValue {
    guard let value = try? JSONValue.parse(Array(text.utf8)) else { preconditionFailure("not JSON: \(text)") }
    return value
}
