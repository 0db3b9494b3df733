extension HTTPExchange {
    /// Collects the whole body. To be called on the exchange's loop, as by a task that prefers it.
    /// - Throws: `HTTPBodyError`.
    package func body(limit: Int) async throws(HTTPBodyError) -> [UInt8] {
        let result: Result<[UInt8], HTTPBodyError> = await withUnsafeContinuation { continuation in
            collectBody(limit: limit) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
