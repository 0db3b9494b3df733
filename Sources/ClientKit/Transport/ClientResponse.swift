/// A whole answer. Any status is an answer: only what kept one from arriving is an error.
package struct ClientResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    /// Empty when the request's destination was a file and the answer went there.
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, whatever its case.
    package func header(_ name: String) -> String? { Self.header(name, in: headers) }

    static func header(_ name: String, in headers: [(name: String, value: String)]) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
