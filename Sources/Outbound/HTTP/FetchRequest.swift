package import HTTP

/// One request of the server to another.
package struct FetchRequest: Sendable {
    /// Who said where it goes.
    package enum Destination: Sendable {
        /// A member or an answer from outside: only where the ``AddressPolicy`` lets it.
        case untrusted
        /// The administrator: anywhere.
        case configured
    }

    package var method: String
    /// Absolute: `http` or `https`, without user or password.
    package var url: String
    package var headers: HTTPHeaders
    /// nil for none.
    package var body: [UInt8]?
    package var destination = Destination.untrusted
    /// Bytes of the answer's body, decompressed.
    package var maximumBody = 1 << 20
    /// For everything, redirections and the answer's last byte included.
    package var timeout = Duration.seconds(30)
    /// For opening one connection, TLS included.
    package var connectTimeout = Duration.seconds(10)
    /// How many redirections are followed, by GET and HEAD alone; with 0 a redirection is the answer.
    package var maximumRedirects = 5

    package init(_ method: String, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}
