import EventLoop
import HTTP

/// A body that is read while it is sent.
package protocol ResponseBody: Sendable {
    /// The next bytes; nil at the end. Called by one task, one call after the other.
    func next() async throws -> [UInt8]?
}

extension HTTPExchange {
    /// Sends a body as fast as the client takes it, and returns when that is done or the client is gone. On the loop.
    /// - Throws: what the body throws; the response is then broken off.
    func send(_ status: HTTPStatus, _ headers: HTTPHeaders, _ body: any ResponseBody) async throws {
        begin(status, headers)
        guard head.method != .head, status.mayHaveBody else { return finish() }
        let waiter = LoopWaiter()
        onWritable = { waiter.resume() }
        onClose = { waiter.resume() }
        do {
            while !isClosed, let part = try await body.next() {
                write(part)
                await waiter.wait { !isBehind || isClosed }
            }
        } catch {
            abort()
            throw error
        }
        finish()
    }
}
