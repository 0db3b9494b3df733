/// What brings requests to a server and answers back. Any thread.
package protocol ClientTransport: Sendable {
    /// Sends a request and waits for the whole answer. Cancelling the task ends the transfer.
    /// - Parameter progress: called while bytes move, on a thread of the transport; it must not block.
    /// - Throws: ``TransportError``, when no answer arrived.
    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse

    /// Sends a request and returns once the answer's head is there. Cancelling the task that waits for the head or
    /// reads the chunks ends the transfer, and so does dropping the chunks. The request's destination is of no account.
    /// - Throws: ``TransportError``, when no answer arrived.
    func stream(_ request: ClientRequest) async throws -> StreamedResponse

    /// The proxy that a request to this URL would take now, without credentials; nil when it would go directly, or when
    /// that cannot be said.
    func proxy(for url: String) async -> String?

    /// The computer is in another network, or back in one: connections that are open are of no more use.
    func networkChanged()
}

extension ClientTransport {
    package func send(_ request: ClientRequest) async throws -> ClientResponse {
        try await send(request, progress: nil)
    }

    package func proxy(for url: String) async -> String? { nil }

    package func networkChanged() {}
}
