import JSON

/// Runs one exchange of a ``SyncConnection`` and tells what happens.
struct SyncExchange: Sendable {
    let baseURL: String
    let accessToken: String
    let filter: String?
    let presence: String
    let timing: SyncTiming
    let transport: any ClientTransport
    let sink: any SyncSink

    /// The first sync of somebody with many rooms is the longest.
    private static let answerLimit = 256 << 20
    private static let catchUpSilence = Duration.seconds(60)

    func run(_ exchange: SyncMachine.Exchange, id: Int, tell: (SyncMachine.Input) -> Void) async {
        do {
            switch exchange {
            case .catchUp: try await poll(seconds: 0, silence: Self.catchUpSilence)
            case .poll(let seconds):
                try await poll(seconds: seconds, silence: .seconds(seconds) + timing.answerSlack)
            case .stream: try await stream(id, tell)
            }
            tell(.done(id))
        } catch let failure as Failure {
            tell(.failed(id, failure.failure))
        } catch let error as TransportError {
            tell(.failed(id, .transport(error)))
        } catch {
            tell(.failed(id, .transport(.other("\(error)"))))
        }
    }

    private struct Failure: Error {
        let failure: SyncFailure
    }

    private func poll(seconds: Int, silence: Duration) async throws {
        let query = await query(timeout: seconds * 1000)
        let response = try await transport.send(
            ClientRequest(
                "GET", "\(baseURL)/_matrix/client/v3/sync?\(query)", headers: headers("application/json"),
                destination: .memory(limit: Self.answerLimit), idleTimeout: silence))
        guard response.status == 200 else { throw refusal(response) }
        // A page that asks for a log-in to the network, for example.
        guard response.body.first(where: { ![9, 10, 13, 32].contains($0) }) == UInt8(ascii: "{") else {
            throw Failure(failure: .server(status: 200, errcode: nil, message: nil, retryAfter: nil))
        }
        try await apply(response.body)
    }

    private func stream(_ id: Int, _ tell: (SyncMachine.Input) -> Void) async throws {
        let query = await query(timeout: nil)
        let response = try await transport.stream(
            ClientRequest("GET", "\(baseURL)/_mado/v1/sync/stream?\(query)", headers: headers("text/event-stream")))
        guard response.status == 200, response.header("content-type")?.hasPrefix("text/event-stream") == true else {
            throw refusal(try await whole(response))
        }
        var events = ServerSentEvents(limit: Self.answerLimit)
        for try await chunk in response.chunks {
            tell(.received(id))
            for event in try events.take(chunk) where event.type == "sync" {
                tell(.applying(id))
                try await apply(event.data)
                tell(.applied(id))
            }
        }
    }

    private func apply(_ answer: [UInt8]) async throws {
        do {
            try await sink.apply(answer)
        } catch {
            throw Failure(failure: .store("\(error)"))
        }
    }

    private func whole(_ response: StreamedResponse) async throws -> ClientResponse {
        var body: [UInt8] = []
        for try await chunk in response.chunks {
            body += chunk
            guard body.count < 1 << 20 else { break }
        }
        return ClientResponse(status: response.status, headers: response.headers, body: body)
    }

    private func refusal(_ response: ClientResponse) -> Failure {
        let body = try? JSONValue.parse(response.body)
        let errcode = body?.string("errcode")
        if response.status == 401, errcode == "M_UNKNOWN_TOKEN" || errcode == "M_MISSING_TOKEN" {
            return Failure(failure: .loggedOut(soft: body?["soft_logout"]?.bool ?? false))
        }
        return Failure(
            failure: .server(
                status: response.status, errcode: errcode, message: body?.string("error"),
                retryAfter: RetryAfter.milliseconds(response, body)))
    }

    private func headers(_ accept: String) -> [(name: String, value: String)] {
        [("Authorization", "Bearer \(accessToken)"), ("Accept", accept), ("Cache-Control", "no-store")]
    }

    private func query(timeout: Int?) async -> String {
        var parts: [(String, String)] = [("set_presence", presence)]
        if let timeout { parts.append(("timeout", String(timeout))) }
        if let since = await sink.nextBatch() { parts.append(("since", since)) }
        if let filter { parts.append(("filter", filter)) }
        return parts.map { "\($0.0)=\(QueryCoding.encode($0.1))" }.joined(separator: "&")
    }
}

/// How long a server wants to be left alone.
enum RetryAfter {
    /// Seconds. Nothing that answers means more than this.
    private static let longest: Int64 = 86_400

    /// - Returns: 0…86,400,000; nil when the answer does not say.
    static func milliseconds(_ response: ClientResponse, _ body: JSONValue?) -> Int64? {
        if let asked = body?["retry_after_ms"]?.int { return max(0, min(asked, longest * 1000)) }
        return response.header("retry-after").flatMap { Int64($0) }.map { max(0, min($0, longest)) * 1000 }
    }
}

/// Percent-encoding for the values of a query and the segments of a path.
enum QueryCoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Everything but the unreserved characters of RFC 3986 is encoded.
    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
