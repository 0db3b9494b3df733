import HTTP

/// A name that a certificate is good for.
package enum CertificateName: Sendable, Hashable, CustomStringConvertible {
    case host(String)
    /// A numeric address.
    case address(String)

    /// Takes a host name, a wildcard below one (`*.example.org`), or an address with or without brackets.
    package init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if PeerAddress(bare) != nil {
            self = .address(bare)
            return
        }
        let labels = (text.hasPrefix("*.") ? text.dropFirst(2) : text[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let isName =
            text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy {
                        ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
                            || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "-")
                            || $0 == UInt8(ascii: "_")
                    }
            }
        guard isName else { return nil }
        self = .host(text.lowercased())
    }

    package var description: String {
        switch self {
        case .host(let text), .address(let text): text
        }
    }

    /// As an entry of X.509's `subjectAltName` in OpenSSL's notation. Safe: neither form can hold a comma.
    var extensionValue: String {
        switch self {
        case .host(let name): "DNS:\(name)"
        case .address(let address): "IP:\(address)"
        }
    }
}
