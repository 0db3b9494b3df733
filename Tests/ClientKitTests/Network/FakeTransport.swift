@testable import ClientKit

/// Answers as a test says, without a network.
final class FakeTransport: ClientTransport {
    private let answer: @Sendable (ClientRequest) async throws -> ClientResponse
    private let streaming: @Sendable (ClientRequest) async throws -> StreamedResponse

    init(
        stream: @escaping @Sendable (ClientRequest) async throws -> StreamedResponse = { _ in
            throw TransportError.cannotConnect(host: "nobody")
        }, _ answer: @escaping @Sendable (ClientRequest) async throws -> ClientResponse
    ) {
        self.answer = answer
        streaming = stream
    }

    func send(
        _ request: ClientRequest, progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws -> ClientResponse {
        try await answer(request)
    }

    func stream(_ request: ClientRequest) async throws -> StreamedResponse { try await streaming(request) }

    func proxy(for url: String) async -> String? { "http://proxy.example:3128" }
}
