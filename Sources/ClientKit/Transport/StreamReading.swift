/// The reader's hold on a streamed answer; letting go of it ends the transfer.
final class StreamReading: Sendable {
    private let id: UInt64
    private let buffer: StreamBuffer
    private let worker: CurlWorker

    init(id: UInt64, buffer: StreamBuffer, worker: CurlWorker) {
        self.id = id
        self.buffer = buffer
        self.worker = worker
    }

    deinit { worker.put(.cancel(id)) }

    func head() async throws(TransportError) -> (status: Int, headers: [(name: String, value: String)]) {
        let result: Result<(status: Int, headers: [(name: String, value: String)]), TransportError> =
            await cancelling { () async throws(TransportError) in try await self.buffer.head() }
        return try result.get()
    }

    func next() async throws(TransportError) -> [UInt8]? {
        let result: Result<[UInt8]?, TransportError> = await cancelling { () async throws(TransportError) in
            try await self.buffer.next { self.worker.put(.resume(self.id)) }
        }
        return try result.get()
    }

    private func cancelling<T>(
        _ body: () async throws(TransportError) -> T
    ) async -> Result<T, TransportError> {
        await withTaskCancellationHandler {
            if Task.isCancelled { worker.put(.cancel(id)) }
            do throws(TransportError) { return .success(try await body()) } catch { return .failure(error) }
        } onCancel: {
            worker.put(.cancel(id))
        }
    }
}
