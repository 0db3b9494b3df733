/// A block of addresses in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct AddressRange: Sendable, Hashable {
    package let base: PeerAddress
    /// 0...32 for IPv4, 0...128 for IPv6.
    package let prefixLength: Int

    /// nil when the address or length is malformed, the length is too great for the family, or bits behind it
    /// are set: `10.1.2.3/8` is more likely a slip than meant.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = PeerAddress(first) else { return nil }
        var length = address.isIPv4 ? 32 : 128
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
                let given = Int(digits)
            else { return nil }
            // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
            length = address.isIPv4 && first.contains(":") ? given - 96 : given
        }
        self.init(base: address, prefixLength: length)
    }

    /// nil under the same conditions as `init(_:)`.
    package init?(base: PeerAddress, prefixLength: Int) {
        guard (0...(base.isIPv4 ? 32 : 128)).contains(prefixLength) else { return nil }
        let mask = Self.mask(prefixLength, isIPv4: base.isIPv4)
        guard base.high & ~mask.high == 0, base.low & ~mask.low == 0 else { return nil }
        self.base = base
        self.prefixLength = prefixLength
    }

    /// A range holds addresses of its own family only: `::/0` holds no IPv4 address.
    package func contains(_ address: PeerAddress) -> Bool {
        guard address.isIPv4 == base.isIPv4 else { return false }
        let mask = Self.mask(prefixLength, isIPv4: base.isIPv4)
        return address.high & mask.high == base.high && address.low & mask.low == base.low
    }

    /// The highest address of the range.
    package var last: PeerAddress {
        let mask = Self.mask(prefixLength, isIPv4: base.isIPv4)
        if base.isIPv4 { return PeerAddress(v4: UInt32(truncatingIfNeeded: base.low | ~mask.low)) }
        return PeerAddress(v6High: base.high | ~mask.high, low: base.low | ~mask.low)
    }

    private static func mask(_ length: Int, isIPv4: Bool) -> (high: UInt64, low: UInt64) {
        // Swift's << gives 0 when it shifts by the whole width or more.
        let length = isIPv4 ? length + 96 : length
        return (UInt64.max << (64 - min(length, 64)), UInt64.max << (128 - max(length, 64)))
    }
}

extension AddressRange: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}
