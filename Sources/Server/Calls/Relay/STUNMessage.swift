package import HTTP

/// An address with a port, as relays know their peers.
package struct TransportAddress: Hashable, Sendable, CustomStringConvertible {
    package let address: PeerAddress
    package let port: UInt16

    package init(_ address: PeerAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    package var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

/// A STUN message (RFC 8489 section 5), of which only what decides is taken out.
///
/// A message that is not formed to the letter is none: what this and the relay behind it could read differently must not
/// pass.
package struct STUNMessage {
    package enum Method: UInt16 {
        case binding = 1
        case allocate = 3
        case refresh = 4
        case send = 6
        case data = 7
        case createPermission = 8
        case channelBind = 9
    }

    package enum Kind: UInt16 {
        case request = 0x000
        case indication = 0x010
        case success = 0x100
        case failure = 0x110
    }

    package enum Attribute: UInt16 {
        case username = 0x0006
        case messageIntegrity = 0x0008
        case errorCode = 0x0009
        case channelNumber = 0x000c
        case lifetime = 0x000d
        case peerAddress = 0x0012
        case realm = 0x0014
        case relayedAddress = 0x0016
        case requestedTransport = 0x0019
    }

    package static let headerSize = 20
    static let cookie: UInt32 = 0x2112_a442
    /// What is looked at; no client of the world sends more.
    private static let maximumAttributes = 64

    /// nil for a method that has no business here.
    package let method: Method?
    package let kind: Kind
    /// The header's, 12 bytes.
    package let transaction: ArraySlice<UInt8>
    private let attributes: [(type: UInt16, value: ArraySlice<UInt8>)]

    /// - Parameter bytes: the whole message and nothing behind it.
    package init?(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= Self.headerSize, bytes.count.isMultiple(of: 4), bytes[start] & 0xc0 == 0,
            Int(Self.number(bytes, at: start + 2)) == bytes.count - Self.headerSize,
            UInt32(Self.number(bytes, at: start + 4)) << 16 | UInt32(Self.number(bytes, at: start + 6)) == Self.cookie
        else { return nil }
        let type = Self.number(bytes, at: start)
        guard let kind = Kind(rawValue: type & 0x110) else { return nil }
        self.kind = kind
        // The method's bits stand around the two of the class.
        method = Method(rawValue: type & 0x000f | (type & 0x00e0) >> 1 | (type & 0x3e00) >> 2)
        transaction = bytes[start + 8..<start + Self.headerSize]
        var attributes: [(UInt16, ArraySlice<UInt8>)] = []
        var place = start + Self.headerSize
        while place < bytes.endIndex {
            guard place + 4 <= bytes.endIndex, attributes.count < Self.maximumAttributes else { return nil }
            let end = place + 4 + Int(Self.number(bytes, at: place + 2))
            guard end <= bytes.endIndex else { return nil }
            attributes.append((Self.number(bytes, at: place), bytes[place + 4..<end]))
            // The message begins at a multiple of four of its own.
            place = start + (end - start + 3) & ~3
        }
        guard place == bytes.endIndex else { return nil }
        self.attributes = attributes
    }

    private static func number(_ bytes: ArraySlice<UInt8>, at place: Int) -> UInt16 {
        UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }

    /// The first of that type.
    func value(_ attribute: Attribute) -> ArraySlice<UInt8>? {
        attributes.first { $0.type == attribute.rawValue }?.value
    }

    func text(_ attribute: Attribute) -> String? {
        value(attribute).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// All addresses of that type; nil when one of them is none.
    package func addresses(_ attribute: Attribute) -> [TransportAddress]? {
        var addresses: [TransportAddress] = []
        for (type, value) in attributes where type == attribute.rawValue {
            guard let address = address(value) else { return nil }
            addresses.append(address)
        }
        return addresses
    }

    /// Seconds.
    var lifetime: UInt32? {
        guard let value = value(.lifetime), value.count == 4 else { return nil }
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// All channel numbers agree, or there is none.
    var channel: UInt16? {
        let values = attributes.filter { $0.type == Attribute.channelNumber.rawValue }.map(\.value)
        guard let first = values.first, first.count == 4, values.allSatisfy({ $0 == first }) else { return nil }
        return Self.number(first, at: first.startIndex)
    }

    /// An address that is mixed with the cookie and, in IPv6, the transaction (RFC 8489 section 14.2).
    private func address(_ value: ArraySlice<UInt8>) -> TransportAddress? {
        guard value.count >= 8 else { return nil }
        let start = value.startIndex
        let mask = (0..<4).map { UInt8(truncatingIfNeeded: Self.cookie >> (24 - 8 * UInt32($0))) } + transaction
        let port = Self.number(value, at: start + 2) ^ UInt16(Self.cookie >> 16)
        let plain = zip(value[(start + 4)...], mask).map { $0 ^ $1 }
        func word(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch (value[start + 1], value.count) {
        case (1, 8): return TransportAddress(PeerAddress(v4: UInt32(word(plain))), port: port)
        case (2, 20):
            return TransportAddress(PeerAddress(v6High: word(plain[..<8]), low: word(plain[8...])), port: port)
        default: return nil
        }
    }
}
