/// A request's head while its fields come. nghttp2 has checked names, values and pseudo-fields (RFC 9113 section 8).
struct HTTP2HeadBuilder {
    private var method = HTTPMethod.get
    private var path: [UInt8] = []
    private var authority: String?
    private var headers = HTTPHeaders()
    private var bytes = 0
    private var count = 0

    mutating func take(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ limits: HTTP1Limits) {
        // What RFC 9113 section 6.5.2 counts.
        bytes += name.count + value.count + 32
        count += 1
        guard !isTooLarge(limits) else { return }
        guard name.first == 0x3a else { return headers.append(name: name, value: value) }
        if name.equals(":path" as StaticString) {
            path = Array(value)
        } else if name.equals(":method" as StaticString) {
            method = HTTPMethod(String(decoding: value, as: UTF8.self))
        } else if name.equals(":authority" as StaticString) {
            authority = String(decoding: value, as: UTF8.self)
        }
    }

    private func isTooLarge(_ limits: HTTP1Limits) -> Bool {
        bytes > limits.headerBytes || count > limits.headerCount
    }

    /// - Throws: `HTTP1Error` for the same reasons as HTTP/1.1: what is refused there is not let in here.
    func head(_ limits: HTTP1Limits, peer: PeerAddress, isSecure: Bool) throws(HTTP1Error) -> HTTPRequestHead {
        guard bytes <= limits.headerBytes else { throw .headersTooLarge }
        guard count <= limits.headerCount else { throw .tooManyHeaders }
        guard path.count <= limits.requestLineBytes else { throw .requestLineTooLong }
        let target = try path.withUnsafeBufferPointer { (bytes) throws(HTTP1Error) in
            try RequestTarget(UnsafeRawBufferPointer(bytes), method: method)
        }
        // An absolute form has no place in :path.
        guard target.authority == nil else { throw .malformedTarget }
        if let authority { try check(authority) }
        return HTTPRequestHead(
            method: method, target: target.text, path: target.path, queryOffset: target.queryOffset, headers: headers,
            version: .http2, remoteAddress: peer, isSecure: isSecure, targetAuthority: authority)
    }

    private func check(_ authority: String) throws(HTTP1Error) {
        var text = authority
        let isValid = text.withUTF8 { HostAuthority.isValid(UnsafeRawBufferPointer($0)) }
        guard isValid else { throw .malformedHost }
    }
}
