package import HTTP

/// What knows the addresses of a name. Any thread.
package protocol AddressResolver: Sendable {
    /// All addresses, best first; an address as it may be written in a URL is its own.
    /// - Parameter host: without brackets.
    /// - Throws: ``FetchError/cannotResolve(host:)``.
    func addresses(of host: String) async throws(FetchError) -> [PeerAddress]
}
