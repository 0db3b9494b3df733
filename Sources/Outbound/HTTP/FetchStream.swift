internal import CurlKit
package import HTTP

/// An answer whose body is read while it arrives, by one task. Whoever does not read holds the sender back; letting go
/// of it ends the transfer.
package struct FetchStream: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    /// Where it comes from after all redirections.
    package let url: String
    private let reading: StreamReading<FetchError>

    init(status: Int, headers: HTTPHeaders, url: String, reading: StreamReading<FetchError>) {
        self.status = status
        self.headers = headers
        self.url = url
        self.reading = reading
    }

    /// The next part of the body, nil at its end.
    package func next() async throws(FetchError) -> [UInt8]? { try await reading.next() }

    /// All that is left of it.
    func wholeBody() async throws(FetchError) -> [UInt8] {
        var body: [UInt8] = []
        while let part = try await next() { body.append(contentsOf: part) }
        return body
    }
}
