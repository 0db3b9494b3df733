import EventLoop
import HTTP

/// A body that is read while it is sent.
package protocol ResponseBody: Sendable {
    /// The next bytes; nil at the end. Called by one task, one call after the other.
    func next() async throws -> [UInt8]?
    /// Nobody wants it any more: a call of `next` that waits for what may never come ends. On the exchange's loop.
    func cancel()
}

extension ResponseBody {
    /// For bodies that do not wait long.
    package func cancel() {}
}

extension HTTPExchange {
    /// Sends a body as fast as the client takes it, and returns when that is done or the client is gone. On the loop.
    /// - Throws: what the body throws; the response is then broken off.
    func send(_ status: HTTPStatus, _ headers: HTTPHeaders, _ body: any ResponseBody) async throws {
        begin(status, headers)
        guard head.method != .head, status.mayHaveBody else { return finish() }
        let waiter = LoopWaiter()
        onWritable = { waiter.resume() }
        onClose = {
            body.cancel()
            waiter.resume()
        }
        do {
            while !isClosed, let part = try await body.next() {
                write(part)
                await waiter.wait { !isBehind || isClosed }
            }
        } catch {
            guard !isClosed else { return }
            abort()
            throw error
        }
        finish()
    }
}
