import JSON

/// Asks a server one thing after the other, to prepare a measurement. Confined to the loop.
///
/// `@unchecked Sendable`: every use is on the loop.
final class SetupClient: @unchecked Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]

        /// The body as JSON.
        /// - Throws: `BenchError` when it is not a 200 with JSON.
        func json() throws -> JSONValue {
            guard status == 200 else {
                throw BenchError("\(status) \(String(decoding: body.prefix(300), as: UTF8.self))")
            }
            return try JSONValue.parse(body)
        }

        /// A member of the body.
        func string(_ key: String) throws -> String {
            guard let value = try json()[key]?.string else { throw BenchError("no \(key) in the answer") }
            return value
        }
    }

    private let connect: () throws -> ClientConnection
    private var connection: ClientConnection
    private var waiting: CheckedContinuation<Answer, any Error>?

    init(_ context: LoadContext, port: UInt16, tls: TLSClient? = nil) throws {
        connect = { try context.connect(port, tls: tls) }
        connection = try connect()
        listen()
    }

    private func listen() {
        connection.gathersParts = true
        connection.onAnswer = { [weak self] status, body in
            self?.finish(.success(Answer(status: status, body: Array(body))))
        }
        connection.onFailure = { [weak self] reason in self?.finish(.failure(BenchError(reason))) }
    }

    deinit {
        connection.close()
    }

    func request(
        _ method: String, _ target: String, token: String? = nil, body: [UInt8]? = nil
    ) async throws -> Answer {
        try await exchange(RequestBytes.make(method, target, token: token, body: body))
    }

    /// Sends ready bytes.
    func exchange(_ request: [UInt8]) async throws -> Answer {
        // Servers end connections over which nothing was asked for a while.
        if connection.isClosed {
            connection = try connect()
            listen()
        }
        return try await withCheckedThrowingContinuation { continuation in
            waiting = continuation
            connection.send(request)
        }
    }

    private func finish(_ result: Result<Answer, any Error>) {
        let continuation = waiting
        waiting = nil
        continuation?.resume(with: result)
    }
}
