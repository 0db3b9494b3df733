import Glibc

/// Writes HTTP/1.1 responses (RFC 9112 sections 4 to 7) into a byte buffer.
package enum HTTP1Serializer {
    /// How the body that follows a head is delimited.
    package enum Framing: Sendable, Hashable {
        /// There is no body and no word of one (1xx, 204, 304, or HEAD to a stream).
        case none
        /// `content-length`; in an answer to HEAD the length that the body would have.
        case length(Int)
        case chunked
        /// Until the connection closes, for HTTP/1.0.
        case untilClose
    }

    /// A field that may not be sent. Nothing has been written.
    package enum FieldError: Error, Sendable, Hashable {
        /// The name is no token.
        case invalidName(String)
        /// The value of that field holds CR, LF, NUL or another control: header injection, or as good as one.
        case invalidValue(name: String)
    }

    /// What a `connection` field says, if one is needed.
    package enum Connection: Sendable, Hashable {
        /// HTTP/1.1's default.
        case persistent
        case close
        /// For an HTTP/1.0 client that asked for it.
        case keepAlive
    }

    /// The chunk that ends a chunked body, without trailers.
    package static let lastChunk = StaticString("0\r\n\r\n")

    /// Appends a status line, the fields and the empty line.
    /// - Parameters:
    ///   - headers: fields of the application. Framing and connection are this function's business: fields that would
    ///     speak of them (Content-Length, Transfer-Encoding, Connection, Keep-Alive) are left out.
    ///   - prepared: whole lines with their CRLFs, sent as they are: for what is the same in each answer, as Date.
    /// - Throws: `FieldError`, with `output` as it was.
    package static func appendHead(
        _ status: HTTPStatus, _ headers: HTTPHeaders, framing: Framing, connection: Connection = .persistent,
        prepared: [UInt8] = [], to output: inout [UInt8]
    ) throws(FieldError) {
        try check(headers)
        appendStatusLine(status, to: &output)
        output.append(contentsOf: prepared)
        headers.forEachField { name, value in
            if speaksOfFraming(name) { return }
            output.append(contentsOf: name)
            append(": ", to: &output)
            output.append(contentsOf: value)
            append("\r\n", to: &output)
        }
        switch status.mayHaveBody ? framing : .none {
        case .none, .untilClose: break
        case .chunked: append("transfer-encoding: chunked\r\n", to: &output)
        case .length(let length):
            append("content-length: ", to: &output)
            append(length, to: &output)
            append("\r\n", to: &output)
        }
        switch connection {
        case .persistent: break
        case .close: append("connection: close\r\n", to: &output)
        case .keepAlive: append("connection: keep-alive\r\n", to: &output)
        }
        append("\r\n", to: &output)
    }

    /// Appends `bytes` as one chunk; nothing if there are none, for an empty chunk would end the body.
    package static func appendChunk(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        appendChunkSize(bytes.count, to: &output)
        output.append(contentsOf: bytes)
        appendChunkEnd(to: &output)
    }

    /// Appends what stands before a chunk of `count` bytes, more than 0, for those who send the bytes by themselves.
    package static func appendChunkSize(_ count: Int, to output: inout [UInt8]) {
        precondition(count > 0, "an empty chunk would end the body")
        let start = output.count
        var rest = count
        repeat {
            let digit = UInt8(rest & 15)
            output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            rest >>= 4
        } while rest > 0
        output[start...].reverse()
        append("\r\n", to: &output)
    }

    /// Appends what stands behind a chunk.
    package static func appendChunkEnd(to output: inout [UInt8]) {
        append("\r\n", to: &output)
    }

    package static func appendLastChunk(to output: inout [UInt8]) {
        append(lastChunk, to: &output)
    }

    /// Checks that every field may be sent, in HTTP/1 or HTTP/2.
    package static func check(_ headers: HTTPHeaders) throws(FieldError) {
        var failure: FieldError?
        headers.forEachField { name, value in
            if name.isEmpty || !name.allSatisfy(ByteClass.isToken) {
                failure = failure ?? .invalidName(String(decoding: name, as: UTF8.self))
            } else if !ByteClass.isFieldValue(value) {
                failure = failure ?? .invalidValue(name: String(decoding: name, as: UTF8.self))
            }
        }
        if let failure { throw failure }
    }

    private static func appendStatusLine(_ status: HTTPStatus, to output: inout [UInt8]) {
        // The line of nearly all answers, without a look-up.
        if status.code == 200 { return append("HTTP/1.1 200 OK\r\n", to: &output) }
        append("HTTP/1.1 ", to: &output)
        append(status.code, to: &output)
        output.append(0x20)
        output.append(contentsOf: status.reason.utf8)
        append("\r\n", to: &output)
    }

    private static func speaksOfFraming(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 10: name.equals("connection") || name.equals("keep-alive")
        case 14: name.equals("content-length")
        case 17: name.equals("transfer-encoding")
        default: false
        }
    }

    @inline(__always)
    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number of 0 or more in decimal, without a String.
    private static func append(_ number: Int, to output: inout [UInt8]) {
        precondition(number >= 0, "lengths and codes are not negative")
        let start = output.count
        var rest = number
        repeat {
            output.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }
}
