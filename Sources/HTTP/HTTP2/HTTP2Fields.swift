import CNghttp2

/// A response's fields as nghttp2 wants them: pointers into one buffer, which it copies.
struct HTTP2Fields {
    let status: HTTPStatus
    private var bytes: [UInt8] = []
    private var lengths: [(name: Int, value: Int)] = []

    /// `100 Continue`
    static let `continue` = HTTP2Fields(.continue)
    static let internalError = HTTP2Fields(.internalServerError)

    private init(_ status: HTTPStatus) {
        self.status = status
        add(":status", "\(status.code)")
    }

    /// Leaves out what has no place in HTTP/2 (RFC 9113 section 8.2.2).
    /// - Parameter length: of the body, if it is known.
    /// - Returns: nil if a field cannot be sent.
    init?(_ status: HTTPStatus, _ headers: HTTPHeaders, length: Int?, date: String) {
        guard (try? HTTP1Serializer.check(headers)) != nil else { return nil }
        self.init(status)
        headers.forEachField { name, value in
            guard !Self.isForbidden(name) else { return }
            add(name, value)
        }
        if let length { add("content-length", String(length)) }
        add("date", date)
    }

    private static func isForbidden(_ name: UnsafeRawBufferPointer) -> Bool {
        let forbidden: [StaticString] = [
            "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "content-length",
        ]
        return forbidden.contains { name.equals($0) }
    }

    private mutating func add(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { value in
            add(
                UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
                UnsafeRawBufferPointer(value))
        }
    }

    private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
        lengths.append((name.count, value.count))
    }

    func withUnsafeFields(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
        // nghttp2's type has no const, but it does not write.
        var bytes = bytes
        bytes.withUnsafeMutableBytes { buffer in
            guard var next = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
            let fields = lengths.map { length in
                defer { next += length.name + length.value }
                return nghttp2_nv(
                    name: next, value: next + length.name, namelen: length.name, valuelen: length.value,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
            }
            fields.withUnsafeBufferPointer(body)
        }
    }
}
