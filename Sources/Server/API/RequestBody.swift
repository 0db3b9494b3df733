import EventLoop
package import HTTP

/// A request's body that its endpoint takes part by part, as fast as it can use it: the client is held back meanwhile.
///
/// `@unchecked Sendable`: confined to the exchange's loop, where the endpoint's task runs too.
package final class RequestBody: @unchecked Sendable {
    /// What is taken from the client ahead of the endpoint, in bytes.
    private static let readAhead = 256 * 1024

    /// The length that the client announced; nil when it sends chunks.
    package let announcedLength: Int?

    private let exchange: HTTPExchange
    private var hasBegun = false
    private var pending: [UInt8] = []
    private var end: Result<Void, HTTPBodyError>?
    private let waiter = LoopWaiter()

    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
        announcedLength = exchange.head.headers.first(named: "content-length").flatMap { Int($0) }
    }

    /// The next bytes; nil at the end. By one task, and not again after the end.
    /// - Throws: `HTTPBodyError` when the rest does not come.
    package func next() async throws(HTTPBodyError) -> [UInt8]? {
        begin()
        await waiter.wait { !pending.isEmpty || end != nil }
        guard pending.isEmpty else {
            let part = pending
            pending = []
            exchange.resumeBody()
            return part
        }
        try end?.get()
        return nil
    }

    private func begin() {
        guard !hasBegun else { return }
        hasBegun = true
        // Weak: an endpoint that throws stops reading, and the exchange would keep its own closures alive.
        exchange.readBody { [weak self] part in
            self?.arrived(part)
        } onEnd: { [weak self] error in
            self?.ended(error)
        }
    }

    private func arrived(_ part: UnsafeRawBufferPointer) {
        // As much as there may be by the time that the endpoint has done with what it took.
        if pending.isEmpty {
            pending.reserveCapacity(max(part.count, min(Self.readAhead + part.count, announcedLength ?? .max)))
        }
        pending.append(contentsOf: part)
        if pending.count >= Self.readAhead { exchange.pauseBody() }
        waiter.resume()
    }

    private func ended(_ error: HTTPBodyError?) {
        end = error.map { .failure($0) } ?? .success(())
        waiter.resume()
    }
}
