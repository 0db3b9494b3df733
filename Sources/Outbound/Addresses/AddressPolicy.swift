package import HTTP

/// Which addresses the server may reach on behalf of somebody who is no administrator: those of the public internet,
/// and what the administrator allows besides.
///
/// What a member can make the server fetch (a preview, a feed, a push gateway) would otherwise reach whatever the
/// server's own machine and network show only to themselves.
package struct AddressPolicy: Sendable {
    private let allowed: [AllowedDestination]

    package init(allowing allowed: [AllowedDestination] = []) { self.allowed = allowed }

    /// - Parameter host: the name that the address is one of, or the address itself as written; in any case.
    package func permits(_ address: PeerAddress, host: String) -> Bool {
        Self.isPublic(address) || allowed.contains { $0.contains(address, host: Self.canonical(host)) }
    }

    /// Whether it is an address of the public internet: globally reachable, of one machine, and no other way to write
    /// an address of the other version (IANA's special-purpose registries, RFC 6890).
    package static func isPublic(_ address: PeerAddress) -> Bool {
        if address.isIPv4 { return !notPublic.contains { $0.contains(address) } }
        return globalUnicast.contains { $0.contains(address) } && !notPublic.contains { $0.contains(address) }
    }

    /// In lower case, without the dot that marks a name as complete.
    private static func canonical(_ host: String) -> String {
        let host = host.lowercased()
        return host.hasSuffix(".") ? String(host.dropLast()) : host
    }

    /// All of IPv6 outside of this is refused: `::` and `::1`, addresses of IPv4 (`::/96`; `::ffff:0:0/96` is IPv4 here),
    /// NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), discard (`100::/64`), unique local (`fc00::/7`), link-local
    /// (`fe80::/10`), site-local (`fec0::/10`), multicast (`ff00::/8`), and what nobody has assigned.
    private static let globalUnicast = ranges("2000::/3")

    private static let notPublic = ranges(
        // "This network", private, shared by carriers (CGNAT), loopback, link-local.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        // Protocol assignments, documentation, 6to4 relays.
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        // Private, benchmarks, documentation.
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        // Multicast; reserved, with broadcast.
        "224.0.0.0/4", "240.0.0.0/4",
        // Protocol assignments (Teredo, ORCHID and benchmarks among them), documentation, 6to4, documentation.
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

    private static func ranges(_ texts: String...) -> [AddressRange] {
        texts.map { text in
            guard let range = AddressRange(text) else { preconditionFailure("\(text) is no range") }
            return range
        }
    }
}
