/// The reader's hold on a streamed answer; letting go of it ends the transfer.
package final class StreamReading<Failure: Error>: Sendable {
    private let id: UInt64
    private let buffer: StreamBuffer<Failure>
    private let thread: CurlThread

    package init(id: UInt64, buffer: StreamBuffer<Failure>, thread: CurlThread) {
        self.id = id
        self.buffer = buffer
        self.thread = thread
    }

    deinit { thread.put(.cancel(id)) }

    package func head() async throws(Failure) -> (status: Int, headers: [(name: String, value: String)]) {
        let result: Result<(status: Int, headers: [(name: String, value: String)]), Failure> =
            await cancelling { () async throws(Failure) in try await self.buffer.head() }
        return try result.get()
    }

    package func next() async throws(Failure) -> [UInt8]? {
        let result: Result<[UInt8]?, Failure> = await cancelling { () async throws(Failure) in
            try await self.buffer.next { self.thread.put(.resume(self.id)) }
        }
        return try result.get()
    }

    private func cancelling<T>(
        _ body: () async throws(Failure) -> T
    ) async -> Result<T, Failure> {
        await withTaskCancellationHandler {
            if Task.isCancelled { thread.put(.cancel(id)) }
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        } onCancel: {
            thread.put(.cancel(id))
        }
    }
}
