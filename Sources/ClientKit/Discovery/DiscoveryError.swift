/// Why a name leads to no server. What kept an answer from arriving is a ``TransportError``.
package enum DiscoveryError: Error, Sendable, Equatable {
    /// Neither a server's name nor a URL.
    case invalidName(String)
    /// What answers there is no Matrix server.
    case noMatrixServer(url: String)
    /// The name's `/.well-known/matrix/client` says something that cannot be used.
    case invalidWellKnown(name: String)
}
