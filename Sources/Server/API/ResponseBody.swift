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
        do {
            while !isClosed, let part = try await body.next() {
                if !write(part) { await untilWritable() }
            }
        } catch {
            abort()
            throw error
        }
        finish()
    }

    /// Returns when the client took what was written, or is gone.
    private func untilWritable() async {
        guard !isClosed else { return }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let resume = { [unowned self] in
                onWritable = nil
                onClose = nil
                continuation.resume()
            }
            onWritable = resume
            onClose = resume
        }
    }
}
