extension HTTP1Parser.MessageState {
    private static let maximumMethodLength = 32
    /// SP and the version.
    private static let versionLength = 9

    /// Reads `method SP request-target SP HTTP-version` (RFC 9112 section 3), single spaces and nothing around them.
    /// - Parameter line: without CRLF.
    mutating func takeRequestLine(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) {
        var end = 0
        while end < line.count, ByteClass.isToken(line[end]) { end += 1 }
        let targetEnd = line.count - Self.versionLength
        guard end > 0, end < line.count, line[end] == 0x20, end + 1 < targetEnd, line[targetEnd] == 0x20 else {
            throw .malformedRequestLine
        }
        version = try Self.version(line.slice(targetEnd + 1, line.count))
        guard end <= Self.maximumMethodLength else { throw .methodTooLong }
        method = Self.method(line.slice(0, end))
        target = try RequestTarget(line.slice(end + 1, targetEnd), method: method)
    }

    @inline(__always)
    private static func method(_ bytes: UnsafeRawBufferPointer) -> HTTPMethod {
        // The commonest without a String.
        if bytes.equals("GET") { return .get }
        if bytes.equals("POST") { return .post }
        if bytes.equals("PUT") { return .put }
        return HTTPMethod(String(decoding: bytes, as: UTF8.self))
    }

    @inline(__always)
    private static func version(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> HTTPVersion {
        if bytes.equals("HTTP/1.1") { return .http11 }
        if bytes.equals("HTTP/1.0") { return .http10 }
        let name = bytes.slice(0, 5)
        guard name.equals("HTTP/"), ByteClass.isDigit(bytes[5]), bytes[6] == 0x2e, ByteClass.isDigit(bytes[7]) else {
            throw .malformedRequestLine
        }
        throw .unsupportedVersion
    }
}
