package import HTTP

/// A whole answer. Any status is an answer: only what kept one from arriving is an error.
package struct FetchResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Where it came from after all redirections.
    package var url: String

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], url: String) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }
}
