/// An answer whose body is read while it arrives. Whoever does not read holds the sender back.
package struct StreamedResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    /// The body in pieces as they arrive; throws ``TransportError``. To be read by one task.
    package var chunks: AsyncThrowingStream<[UInt8], any Error>

    package init(
        status: Int, headers: [(name: String, value: String)], chunks: AsyncThrowingStream<[UInt8], any Error>
    ) {
        self.status = status
        self.headers = headers
        self.chunks = chunks
    }

    /// The first header of that name, whatever its case.
    package func header(_ name: String) -> String? { ClientResponse.header(name, in: headers) }
}
