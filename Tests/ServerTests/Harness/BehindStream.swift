import EventLoop

@testable import HTTP

/// A connection that always has too much to send and sends it as the loop's next work; the request's body comes as such, too,
/// all parts and the end. Confined to the loop.
final class BehindStream: ExchangeStream, @unchecked Sendable {
    private weak var exchange: HTTPExchange?
    var parts: [[UInt8]] = []
    /// How many writes the client takes before it is gone.
    var leavesAfter = Int.max
    private(set) var written: [UInt8] = []

    static func exchange(on loop: EventLoop, hasBody: Bool = false) -> (HTTPExchange, BehindStream) {
        let head = HTTPRequestHead(
            method: .post, target: "/", headers: [:], version: .http11, remoteAddress: .unspecified, isSecure: true)
        let stream = BehindStream()
        let exchange = HTTPExchange(
            head: head, loop: loop, id: 1, stream: stream, hasBody: hasBody,
            compression: ResponseCompression(threshold: .max))
        stream.exchange = exchange
        return (exchange, stream)
    }

    func bodyWanted() {
        exchange?.loop.execute { [self] in
            guard let exchange else { return }
            for part in parts { part.withUnsafeBytes { exchange.bodyReceived($0) } }
            exchange.bodyEnded(nil)
        }
    }

    func send(_ response: HTTPResponse) {}
    func begin(_ status: HTTPStatus, _ headers: HTTPHeaders) {}

    func write(_ bytes: [UInt8]) -> Bool {
        written += bytes
        exchange?.loop.execute { [self] in
            if written.count < leavesAfter { exchange?.becameWritable() } else { exchange?.closed() }
        }
        return false
    }

    func finish() {}
    func abort() {}
}
