/// `PUT …/send/m.room.message/{txnId}`, a message of the length that people write.
struct MessageRequests: Sendable {
    /// Stands before the number in each message's text.
    static let marker = "bench-"

    private let head: [UInt8]
    private let middle: [UInt8]
    private let end: [UInt8]
    /// Makes transaction identifiers differ between loads.
    private let name: String
    private static let digits = 9

    init(room: String, token: String, name: String) {
        self.name = name
        let bodyHead = #"{"msgtype":"m.text","body":"\#(Self.marker)"#
        let bodyEnd = #" A message of the length that people write to one another."}"#
        head = Array("PUT /_matrix/client/v3/rooms/\(Member.encode(room))/send/m.room.message/\(name)".utf8)
        middle = Array(
            """
             HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/json\r\n\
            Content-Length: \(bodyHead.utf8.count + Self.digits + bodyEnd.utf8.count)\r\n\r\n\(bodyHead)
            """.utf8)
        end = Array(bodyEnd.utf8)
    }

    /// The request with this number in its transaction and its text.
    func request(_ sequence: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + middle.count + end.count + 2 * Self.digits)
        bytes += head
        Self.append(sequence, to: &bytes)
        bytes += middle
        Self.append(sequence, to: &bytes)
        bytes += end
        return bytes
    }

    /// A search in the rooms that a member is in.
    static func search(_ term: String, order: String, token: String) -> [UInt8] {
        let body = #"{"search_categories":{"room_events":{"search_term":"\#(term)","order_by":"\#(order)"}}}"#
        return RequestBytes.make("POST", "/_matrix/client/v3/search", token: token, body: Array(body.utf8))
    }

    private static func append(_ sequence: Int, to bytes: inout [UInt8]) {
        var divisor = 100_000_000
        for _ in 0..<digits {
            bytes.append(0x30 + UInt8(sequence / divisor % 10))
            divisor /= 10
        }
    }

    /// Calls `body` with the number of each message in an answer.
    static func forEachSequence(in text: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        let pattern = Array(marker.utf8)
        var index = 0
        while index + pattern.count + digits <= text.count {
            guard text[index] == pattern[0], text[index..<index + pattern.count].elementsEqual(pattern) else {
                index += 1
                continue
            }
            index += pattern.count
            var value = 0
            for byte in text[index..<index + digits] { value = value * 10 + Int(byte &- 0x30) }
            body(value)
            index += digits
        }
    }
}
