import HTTP
import JSON
package import Outbound

/// How application services are asked.
package protocol ServiceTransport: Sendable {
    /// Any status is an answer.
    /// - Throws: ``ServiceTransportError``.
    func send(
        _ method: String, _ url: String, token: String, body: [UInt8]?, timeout: Duration
    ) async throws(ServiceTransportError) -> (status: Int, body: [UInt8])
}

/// Why no answer arrived.
package enum ServiceTransportError: Error {
    case timedOut
    case failed(String)
}

/// Over the server's own HTTP client. Where a service is the administrator says, so that it may be anywhere.
package struct HTTPServiceTransport: ServiceTransport {
    private let client: HTTPClient
    /// Bytes of an answer.
    private static let maximumBody = 1 << 20

    package init(_ client: HTTPClient) { self.client = client }

    package func send(
        _ method: String, _ url: String, token: String, body: [UInt8]?, timeout: Duration
    ) async throws(ServiceTransportError) -> (status: Int, body: [UInt8]) {
        var headers = HTTPHeaders([("authorization", "Bearer \(token)"), ("accept", "application/json")])
        if body != nil { headers.add("content-type", "application/json") }
        var request = FetchRequest(method, url, headers: headers, body: body)
        request.destination = .configured
        request.maximumBody = Self.maximumBody
        request.timeout = timeout
        request.maximumRedirects = 0
        do throws(FetchError) {
            let response = try await client.fetch(request)
            return (response.status, response.body)
        } catch .timedOut {
            throw .timedOut
        } catch {
            throw .failed("\(error)")
        }
    }
}

/// One service, to be asked.
struct ServicePeer: Sendable {
    let service: ApplicationService
    let transport: any ServiceTransport

    /// Asks at a path of the present API, and at the older one when the service does not know that.
    ///
    /// - Parameters:
    ///   - path: behind `/_matrix/app/v1`.
    ///   - legacy: the older path; nil for none.
    /// - Returns: nil when the service has no address.
    /// - Throws: ``ServiceTransportError``.
    func ask(
        _ method: String, _ path: String, legacy: String? = nil, body: [UInt8]? = nil,
        timeout: Duration = .seconds(10)
    ) async throws(ServiceTransportError) -> (status: Int, body: [UInt8])? {
        guard let url = service.url else { return nil }
        let answer = try await transport.send(
            method, "\(url)/_matrix/app/v1\(path)", token: service.serverToken, body: body, timeout: timeout)
        guard let legacy, [404, 405, 501].contains(answer.status), !Self.saysNotFound(answer.body) else {
            return answer
        }
        return try await transport.send(
            method, url + legacy, token: service.serverToken, body: body, timeout: timeout)
    }

    /// Whether it is an answer rather than an unknown path.
    private static func saysNotFound(_ body: [UInt8]) -> Bool {
        guard let code = (try? JSONValue.parse(body))?["errcode"]?.string else { return false }
        return code != "M_UNRECOGNIZED"
    }
}
