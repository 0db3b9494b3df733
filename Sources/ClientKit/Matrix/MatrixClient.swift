import JSON
import MatrixAPI

/// Requests of the Client-Server API to one server, as one device. Any thread.
package struct MatrixClient: Sendable {
    package let baseURL: String
    package let transport: any ClientTransport
    /// nil before logging in.
    package let accessToken: String?

    package init(baseURL: String, transport: any ClientTransport, accessToken: String?) {
        self.baseURL = baseURL
        self.transport = transport
        self.accessToken = accessToken
    }

    /// What an answer may be, in bytes.
    private static let limits = JSONLimits(
        maximumDepth: JSONLimits.largestDepth, maximumBytes: 64 << 20, maximumNodes: 16 << 20)

    /// Sends a request.
    /// - Parameters:
    ///   - path: its parts, not encoded yet.
    ///   - body: JSON.
    /// - Throws: ``MatrixClientError`` when the server refuses, ``TransportError`` when no answer arrived.
    func send(
        _ method: String, _ path: [String], query: [(String, String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> JSONValue {
        var request = ClientRequest(method, url(path, query), headers: headers, timeout: timeout)
        if let body {
            request.body = .bytes(body)
            request.headers.append(("Content-Type", "application/json"))
        }
        return try Self.value(try await transport.send(request))
    }

    var headers: [(name: String, value: String)] {
        accessToken.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    func url(_ path: [String], _ query: [(String, String)] = []) -> String {
        var url = baseURL + "/" + path.map(QueryCoding.encode).joined(separator: "/")
        for (index, (name, value)) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(name)=\(QueryCoding.encode(value))"
        }
        return url
    }

    /// The answer's JSON, or the error that it is.
    static func value(_ response: ClientResponse) throws -> JSONValue {
        let value = try? JSONValue.parse(answer: response.body, limits: limits)
        guard (200..<300).contains(response.status) else { throw MatrixClientError(response, value) }
        guard let value, value.isObject else {
            throw ClientError.badAnswer
        }
        return value
    }
}

extension MatrixClientError {
    init(_ response: ClientResponse, _ value: JSONValue?) {
        self.init(
            status: response.status, errcode: value?["errcode"]?.string,
            message: value?["error"]?.string ?? "The server answered with status \(response.status).",
            retryAfterMilliseconds: RetryAfter.milliseconds(response, value))
        for (name, reason) in value?["fields"]?.object?.map({ ($0.key, $0.value) }) ?? [] {
            fields[name] = reason.string
        }
    }

    /// Whether asking again can help: the server is overloaded, away, or behind something that is.
    var isTransient: Bool {
        switch status {
        case 0, 408, 429, 500...599: true
        // Logged out: what waits goes on waiting for the next login.
        case 401: true
        case 413: false
        // Something on the way answered, and not the server.
        default: errcode == nil
        }
    }
}
