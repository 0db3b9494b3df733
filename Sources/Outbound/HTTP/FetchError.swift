/// Why no answer arrived.
package enum FetchError: Error, Sendable, Equatable {
    /// No URL of `http` or `https`, one with a user or password, or a method or header that cannot be sent.
    case badRequest(String)
    /// The ``AddressPolicy`` does not let the server go there.
    case refused(host: String)
    case cannotResolve(host: String)
    case cannotConnect(host: String)
    /// The other side's certificate is not to be trusted.
    case certificate(host: String, reason: String)
    /// The proxy on the way does not let the request pass; its status, 0 without one.
    case proxy(status: Int)
    case timedOut
    /// The connection ended before the answer did.
    case cut
    /// The body is longer than the request allows, or the headers are longer than anybody needs.
    case tooLarge
    case tooManyRedirects
    /// Redirected from an encrypted address to one that is not.
    case redirectedToPlainText
    case cancelled
    case other(String)
}
