/// Why no answer arrived.
package enum TransportError: Error, Sendable, Equatable {
    /// The request's URL is none, or neither `http` nor `https`.
    case badURL(String)
    /// No address for the name; never told of a name that a proxy resolves.
    case cannotResolve(host: String)
    /// Refused, unreachable, or no answer to the attempt in time.
    case cannotConnect(host: String)
    /// The proxy's name has no address, or nothing answers there.
    case proxyUnreachable(proxy: String)
    /// The proxy wants a user and a password, or refuses those that it was given.
    case proxyAuthenticationRequired(proxy: String, schemes: [String])
    /// The proxy answered, and would not connect to the server. 0 when it said no status of HTTP.
    case proxyRefused(proxy: String, status: Int)
    /// A proxy is set, and it cannot be found out which: the automatic configuration file cannot be read or evaluated.
    /// Nothing is sent, for it might go where the settings do not allow it.
    case proxyUnknown(reason: String)
    case certificate(CertificateProblem)
    /// The account's own file of authorities cannot be read or holds no certificate.
    case authorityFile(path: String)
    /// The request's whole or idle time was over.
    case timedOut
    /// The connection ended before the answer did.
    case cut
    /// The answer is longer than the request's destination allows.
    case tooLarge
    case cancelled
    /// A file of the request's body or destination; `errno`.
    case file(path: String, Int32)
    case other(String)
}
