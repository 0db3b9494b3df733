import EventLoop

/// Compresses a large body slice by slice and sends it, with other work of the loop in between: as a whole it would
/// hold up the loop for 20 ms a megabyte. Confined to the loop.
///
/// `@unchecked Sendable`: confined to the loop.
final class CompressedBody: @unchecked Sendable {
    /// About a millisecond's work.
    static let slice = 65_536

    private let exchange: HTTPExchange
    private let encoder: GzipEncoder
    private let body: [UInt8]
    private var offset = 0

    /// - Throws: `GzipError` for want of memory.
    init(_ body: [UInt8], _ exchange: HTTPExchange) throws(GzipError) {
        self.body = body
        self.exchange = exchange
        encoder = try GzipEncoder()
    }

    func next() {
        let end = min(offset + CompressedBody.slice, body.count)
        var output: [UInt8] = []
        encoder.encode(body[offset..<end], flush: end == body.count ? .finish : .none, into: &output)
        offset = end
        let mayGoOn = exchange.write(output)
        guard !exchange.isClosed else { return }
        guard end < body.count else { return exchange.finish() }
        if mayGoOn {
            exchange.loop.execute { self.next() }
        } else {
            exchange.onWritable = { [unowned exchange] in
                exchange.onWritable = nil
                self.next()
            }
        }
    }
}
