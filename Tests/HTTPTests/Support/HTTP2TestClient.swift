import HTTP
import Testing

/// Frames written and read by hand, so that a test can send what no library would.
struct HTTP2TestClient: Sendable {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    struct Frame: Sendable {
        var kind: UInt8
        var flags: UInt8
        var stream: Int
        var payload: [UInt8]

        func isKind(_ kind: Kind) -> Bool { self.kind == kind.rawValue }
        var endsStream: Bool { flags & 1 != 0 }
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let client: TestClient

    /// Connects and says hello.
    init(port: UInt16, settings: [(UInt16, UInt32)] = [], receiveBuffer: Int32? = nil) async throws {
        try await self.init(TestClient(port: port, receiveBuffer: receiveBuffer), settings: settings)
    }

    init(_ client: TestClient, settings: [(UInt16, UInt32)] = []) async throws {
        self.client = client
        let payload = settings.flatMap { id, value in Self.bytes(UInt32(id), 2) + Self.bytes(value, 4) }
        try await client.send(Self.preface + Self.frame(.settings, payload: payload))
    }

    static func bytes(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    static func frame(_ kind: Kind, flags: UInt8 = 0, stream: Int = 0, payload: [UInt8] = []) -> [UInt8] {
        bytes(UInt32(payload.count), 3) + [kind.rawValue, flags] + bytes(UInt32(stream), 4) + payload
    }

    /// Without compression, as literals that are not indexed (RFC 7541 section 6.2.2).
    static func fields(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + string(name) + string(value) }
    }

    private static func string(_ text: String) -> [UInt8] {
        var length: [UInt8] = []
        let count = text.utf8.count
        if count < 127 {
            length = [UInt8(count)]
        } else {
            length = [127]
            var rest = count - 127
            while rest >= 128 {
                length.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            length.append(UInt8(rest))
        }
        return length + Array(text.utf8)
    }

    static func request(
        _ stream: Int, _ path: String, method: String = "GET", fields extra: [(String, String)] = [], ends: Bool = true
    ) -> [UInt8] {
        let head =
            [(":method", method), (":scheme", "http"), (":path", path), (":authority", "test")] + extra
        return frame(.headers, flags: ends ? 5 : 4, stream: stream, payload: fields(head))
    }

    func send(_ bytes: [UInt8]) async throws { try await client.send(bytes) }

    func frame() async throws -> Frame {
        let header = try await client.read(9)
        let length = header[..<3].reduce(0) { $0 << 8 | Int($1) }
        let stream = header[5...].reduce(0) { $0 << 8 | Int($1) }
        return Frame(kind: header[3], flags: header[4], stream: stream, payload: try await client.read(length))
    }

    /// The next frame of that kind, passing over what is between.
    func next(_ kind: Kind) async throws -> Frame {
        while true {
            let frame = try await frame()
            if frame.isKind(kind) { return frame }
        }
    }

    struct Response: Sendable {
        var head: [UInt8] = []
        var body: [UInt8] = []
        var hasEnded = false

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Everything of a response, windows being opened on the way if asked; frames of other streams are passed over.
    func response(_ stream: Int, opensWindows: Bool = true) async throws -> Response {
        try await responses([stream], opensWindows: opensWindows)[0]
    }

    func responses(_ streams: [Int], opensWindows: Bool = true) async throws -> [Response] {
        var responses = [Response](repeating: Response(), count: streams.count)
        while !responses.allSatisfy(\.hasEnded) {
            let frame = try await frame()
            guard let index = streams.firstIndex(of: frame.stream) else { continue }
            if frame.isKind(.reset) { throw ClientError(reason: "reset") }
            if frame.isKind(.headers) { responses[index].head = frame.payload }
            if frame.isKind(.data) {
                responses[index].body += frame.payload
                if opensWindows, !frame.payload.isEmpty {
                    let amount = Self.bytes(UInt32(frame.payload.count), 4)
                    try await send(
                        Self.frame(.windowUpdate, payload: amount)
                            + Self.frame(.windowUpdate, stream: frame.stream, payload: amount))
                }
            }
            if frame.endsStream, frame.isKind(.headers) || frame.isKind(.data) { responses[index].hasEnded = true }
        }
        return responses
    }
}
