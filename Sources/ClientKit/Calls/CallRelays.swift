/// The relays that a call may use, as addresses for its media, and the port by which the server's own one is reached.
/// To be kept as long as the call lasts.
package struct CallRelays: Sendable {
    /// `turn://NAME:PASSWORD@HOST:PORT?transport=…`.
    package var addresses: [String] = []
    /// Set where relays are reached by the server's one port.
    var forwarder: TURNForwarder?
    /// The proxy on the way to it; empty without one.
    var proxy = ""

    package init() {}

    /// - Parameter transport: the account's; nil leaves relays out that need the port.
    init(_ server: TURNServer, transport: CurlTransport?, proxy: String) {
        self.proxy = proxy
        let user = "\(QueryCoding.encode(server.username)):\(QueryCoding.encode(server.password))"
        // What goes by datagrams goes as it is, where the network lets it pass.
        addresses = server.uris.prefix(8).compactMap { uri in
            guard uri.hasPrefix("turn:"), !uri.hasSuffix("transport=tcp") else { return nil }
            return "turn://\(user)@\(uri.dropFirst("turn:".count))"
        }
        guard let transport else { return }
        let forwarder = TURNForwarder(transport: transport, server: server)
        guard (try? forwarder.start()) != nil else { return }
        addresses.append(forwarder.localURI())
        self.forwarder = forwarder
    }

    func stop() { forwarder?.stop() }

    /// What the media call a relay is told as the way through the server's port where it was that.
    func route(_ route: CallFigures.Route?) -> CallFigures.Route? {
        guard route == .relay, forwarder != nil else { return route }
        return .relayThroughPort(proxy: proxy)
    }
}
