package import Glibc

/// An IPv4 or IPv6 address without port or zone, fit as a key for limits.
///
/// An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`, what a dual-stack socket reports) *is* that IPv4
/// address here, so that no list of ranges can be passed by the other spelling.
package struct PeerAddress: Sendable, Hashable {
    /// The address as a number: `high` is 0 and `low` has 32 bits for IPv4.
    let high: UInt64
    let low: UInt64
    package let isIPv4: Bool

    /// `192.0.2.1` is 0xC0000201.
    package init(v4 address: UInt32) {
        self.init(high: 0, low: UInt64(address), isIPv4: true)
    }

    /// The 128 bits in two halves, most significant first.
    package init(v6High high: UInt64, low: UInt64) {
        if high == 0 && low >> 32 == 0xffff {
            self.init(v4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(high: high, low: low, isIPv4: false)
        }
    }

    private init(high: UInt64, low: UInt64, isIPv4: Bool) {
        self.high = high
        self.low = low
        self.isIPv4 = isIPv4
    }

    /// 0.0.0.0
    package static let unspecified = PeerAddress(v4: 0)

    /// Parses `192.0.2.1` (four decimals without leading zeros) or IPv6 text (RFC 4291 section 2.2), without
    /// brackets, port or zone; nil for anything else.
    package init?(_ text: some StringProtocol) {
        // C would take a NUL for the end of the text.
        guard !text.utf8.contains(0) else { return nil }
        let text = String(text)
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(v6)
    }

    /// From what `accept` or `getpeername` filled in; nil for a family other than IPv4 and IPv6.
    package init?(_ storage: sockaddr_storage) {
        var storage = storage
        let address = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { PeerAddress(UnsafePointer($0)) }
        }
        guard let address else { return nil }
        self = address
    }

    /// From a socket address; nil for a family other than IPv4 and IPv6.
    /// - Parameter address: points to as many bytes as its family has.
    package init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET: self.init(v4: UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6: self.init(raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    private init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            PeerAddress(
                v6High: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}

extension PeerAddress: CustomStringConvertible {
    /// The usual text (RFC 5952), which `init(_:)` reads back.
    package var description: String {
        let capacity = Int(INET6_ADDRSTRLEN)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            base.initialize(to: 0)
            if isIPv4 {
                var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
                inet_ntop(AF_INET, &address, base, socklen_t(capacity))
            } else {
                var halves = (high.bigEndian, low.bigEndian)
                inet_ntop(AF_INET6, &halves, base, socklen_t(capacity))
            }
            return String(cString: base)
        }
    }
}
