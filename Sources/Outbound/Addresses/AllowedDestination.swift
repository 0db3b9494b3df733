package import HTTP

/// Something of the organisation's own network that the administrator lets the server reach.
package enum AllowedDestination: Sendable, Hashable {
    case addresses(AddressRange)
    /// In lower case.
    case host(String)
    /// Any name below this one, in lower case: `intranet.example` for `*.intranet.example`.
    case hostsBelow(String)

    /// `10.0.0.0/8`, `192.168.1.7`, `feeds.intranet.example` or `*.intranet.example`; nil for anything else.
    package init?(_ text: String) {
        if let range = AddressRange(text) {
            self = .addresses(range)
            return
        }
        let isBelow = text.hasPrefix("*.")
        let name = (isBelow ? String(text.dropFirst(2)) : text).lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // The last one is no number: what looks like an address and is none would be a slip.
        guard labels.allSatisfy(Self.isLabel), labels.last?.allSatisfy(\.isNumber) == false else { return nil }
        self = isBelow ? .hostsBelow(name) : .host(name)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
    }

    func contains(_ address: PeerAddress, host: String) -> Bool {
        switch self {
        case .addresses(let range): range.contains(address)
        case .host(let name): name == host
        case .hostsBelow(let name): host.hasSuffix("." + name)
        }
    }
}

extension AllowedDestination: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addresses(let range):
            range.prefixLength == (range.base.isIPv4 ? 32 : 128) ? "\(range.base)" : "\(range)"
        case .host(let name): name
        case .hostsBelow(let name): "*." + name
        }
    }
}
