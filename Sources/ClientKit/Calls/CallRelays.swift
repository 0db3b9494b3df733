internal import CurlKit

/// The relays that a call may use, as addresses for its media, and the port by which the server's own one is reached.
/// To be kept as long as the call lasts.
///
/// The server's names and passwords are good for a while: a relay asks for them whenever a connection is made, and lets
/// those go on that have been made.
package struct CallRelays: Sendable {
    /// `turn://NAME:PASSWORD@HOST:PORT?transport=…`.
    package private(set) var addresses: [String] = []
    /// Set where relays are reached by the server's one port.
    private(set) var forwarder: TURNForwarder?
    /// Those before, by which connections still go.
    private var former: [TURNForwarder] = []
    /// The proxy on the way to it; empty without one.
    private var proxy = ""
    private var server: TURNServer?
    /// When the server is to be asked before another connection is made, in the clock's milliseconds.
    private(set) var renewAt: Int64 = 0

    /// Milliseconds until the server is asked again that has not answered.
    static let pause: Int64 = 10_000

    package init() {}

    func isDue(_ now: Int64) -> Bool { now >= renewAt }

    /// The server may be another one now.
    mutating func expire() { renewAt = 0 }

    /// The server has not answered; what is there is used on.
    mutating func postpone(_ now: Int64) { renewAt = now + Self.pause }

    /// - Parameters:
    ///   - new: what the server says now; nil where it has no relay, and what is there stays.
    ///   - transport: the account's; nil leaves relays out that need the port.
    ///   - now: in the clock's milliseconds.
    mutating func renew(_ new: TURNServer?, transport: CurlTransport?, proxy: String, now: Int64) {
        // Half of its time is left then.
        renewAt = new.map { now + $0.lifetime.wholeMilliseconds / 2 } ?? now + Self.pause
        guard let new, server?.isSame(as: new) != true else { return }
        server = new
        self.proxy = proxy
        let user = "\(QueryCoding.encode(new.username)):\(QueryCoding.encode(new.password))"
        // What goes by datagrams goes as it is, where the network lets it pass.
        addresses = new.uris.prefix(8).compactMap { uri in
            guard uri.hasPrefix("turn:"), !uri.hasSuffix("transport=tcp") else { return nil }
            return "turn://\(user)@\(uri.dropFirst("turn:".count))"
        }
        if forwarder?.leads(to: new) != true {
            if let forwarder { former.append(forwarder) }
            forwarder = transport.map { TURNForwarder(transport: $0, server: new) }
            if (try? forwarder?.start()) == nil { forwarder = nil }
        }
        if let forwarder { addresses.append(forwarder.localURI(for: new)) }
    }

    func stop() { for forwarder in former + [forwarder].compactMap({ $0 }) { forwarder.stop() } }

    /// What the media call a relay is told as the way through the server's port where it was that.
    func route(_ route: CallFigures.Route?) -> CallFigures.Route? {
        guard route == .relay, forwarder != nil else { return route }
        return .relayThroughPort(proxy: proxy)
    }
}
