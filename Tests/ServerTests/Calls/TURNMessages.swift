import HTTP
import MatrixAPI

@testable import Server

/// Messages as a TURN client or server writes them.
enum TURNMessages {
    static let cookie: [UInt8] = [0x21, 0x12, 0xa4, 0x42]

    /// - Parameter type: method and class as they stand in the header.
    static func message(
        _ type: UInt16, _ attributes: [(type: UInt16, value: [UInt8])], transaction: [UInt8] = Array(1...12)
    ) -> [UInt8] {
        var body: [UInt8] = []
        for (type, value) in attributes {
            body += [UInt8(type >> 8), UInt8(type & 0xff), UInt8(value.count >> 8), UInt8(value.count & 0xff)]
            body += value
            while !body.count.isMultiple(of: 4) { body.append(0) }
        }
        return [UInt8(type >> 8), UInt8(type & 0xff), UInt8(body.count >> 8), UInt8(body.count & 0xff)] + cookie
            + transaction + body
    }

    /// The XOR form of an IPv4 address.
    static func address(_ place: TransportAddress) -> [UInt8] {
        let port = place.port ^ 0x2112
        let parts = "\(place.address)".split(separator: ".").compactMap { UInt8($0) }
        return [0, 1, UInt8(port >> 8), UInt8(port & 0xff)] + zip(parts, cookie).map { $0 ^ $1 }
    }

    static func channelData(_ channel: UInt16, _ content: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [UInt8(channel >> 8), UInt8(channel & 0xff), UInt8(content.count >> 8)]
        frame += [UInt8(content.count & 0xff)] + content
        while !frame.count.isMultiple(of: 4) { frame.append(0) }
        return frame
    }

    static func frame(_ bytes: [UInt8]) -> TURNFraming.Frame {
        bytes[0] < 0x40
            ? .message(bytes[...]) : .channelData(channel: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), bytes[...])
    }
}

extension TransportAddress {
    /// `192.0.2.1:53`
    init(_ text: String) {
        let parts = text.split(separator: ":")
        self.init(PeerAddress(parts[0])!, port: UInt16(parts[1])!)
    }
}
