/// Finds out who sent a request that came through proxies.
///
/// Any client can write these fields. What a proxy adds stands at the right end; so the walk goes from right to left,
/// and only as long as the hop that wrote an element is in a trusted range. What stands left of the first address
/// that isn't trusted is hearsay and never looked at.
package struct TrustedProxies: Sendable {
    /// Which fields the proxies write. The other ones are ignored, because a proxy passes on what it doesn't know:
    /// if both were believed, a client could send the one that its proxy doesn't replace.
    package enum Fields: Sendable, Hashable {
        /// `X-Forwarded-For` and `X-Forwarded-Proto`, what nearly all proxies write.
        case xForwarded
        /// `Forwarded` (RFC 7239).
        case forwarded
    }

    /// The client as the trusted hops tell it.
    package struct Origin: Sendable, Hashable {
        package var address: PeerAddress
        package var isSecure: Bool
    }

    package var ranges: [AddressRange]
    package var fields: Fields

    package init(_ ranges: [AddressRange], fields: Fields = .xForwarded) {
        self.ranges = ranges
        self.fields = fields
    }

    package func contains(_ address: PeerAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// - Parameters:
    ///   - peer: the connection's other end.
    ///   - isSecure: whether that connection is encrypted.
    /// - Returns: the first address from the right that isn't trusted. Where a hop names no address (`unknown`, an
    ///   obfuscated name, or nonsense), the hop itself. The scheme is that which the last believed hop tells, else what
    ///   the hop behind it told, else the connection's.
    package func origin(peer: PeerAddress, isSecure: Bool, headers: HTTPHeaders) -> Origin {
        var origin = Origin(address: peer, isSecure: isSecure)
        guard contains(peer) else { return origin }
        for hop in fields == .forwarded ? Self.forwardedHops(headers) : Self.xForwardedHops(headers) {
            if let isSecure = hop.isSecure { origin.isSecure = isSecure }
            guard let address = hop.address else { break }
            origin.address = address
            guard contains(address) else { break }
        }
        return origin
    }

    /// What one proxy wrote about the connection to it. nil: it doesn't say.
    private struct Hop {
        var address: PeerAddress?
        var isSecure: Bool?
    }

    /// The rightmost first.
    private static func xForwardedHops(_ headers: HTTPHeaders) -> [Hop] {
        let addresses = elements(headers.all(named: "x-forwarded-for"))
        let schemes = elements(headers.all(named: "x-forwarded-proto"))
        // Some proxies append a scheme for each hop; most replace the field by the one that the first of them saw.
        let isParallel = schemes.count == addresses.count
        var hops: [Hop] = []
        for (index, address) in addresses.enumerated() {
            let scheme = isParallel ? schemes[index] : schemes.first
            hops.append(Hop(address: ForwardedNode.address(address), isSecure: scheme.flatMap(isSecure)))
        }
        if hops.isEmpty, let scheme = schemes.first { hops.append(Hop(address: nil, isSecure: isSecure(scheme))) }
        return hops
    }

    private static func elements(_ values: [String]) -> [Substring] {
        values.reversed().flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).reversed() }
    }

    /// The rightmost first.
    private static func forwardedHops(_ headers: HTTPHeaders) -> [Hop] {
        headers.all(named: "forwarded").reversed().flatMap { ForwardedNode.elementsFromRight(Array($0.utf8)) }
            .map { element in
                var hop = Hop()
                for (name, value) in element {
                    if name == "for" { hop.address = ForwardedNode.address(value) }
                    if name == "proto" { hop.isSecure = isSecure(value) }
                }
                return hop
            }
    }

    private static func isSecure(_ scheme: some StringProtocol) -> Bool? {
        switch String(scheme).lowercasedASCII().filter({ $0 != " " && $0 != "\t" }) {
        case "https": true
        case "http": false
        default: nil
        }
    }
}
