extension HTTP1Parser {
    /// What is known of the message that is being read.
    struct MessageState: Sendable {
        var method = HTTPMethod.get
        var version = HTTPVersion.http11
        var target = RequestTarget.root
        var headers = HTTPHeaders()
        /// Bytes and lines of the header section, then of the trailer section.
        var lineBytes = 0
        var lineCount = 0
        var extensionBytes = 0
        /// The bytes that all chunks so far have announced.
        var chunkedBytes = 0
        var contentLength: Int?
        var hasHost = false
        var hasTransferEncoding = false
        var hasConnection = false
        var hasExpect = false

        init() {}

        /// Back to the start, without the cost of replacing what is empty already.
        mutating func reset() {
            if !headers.isEmpty { headers = HTTPHeaders() }
            target = .root
            (lineBytes, lineCount, extensionBytes, chunkedBytes, contentLength) = (0, 0, 0, 0, nil)
            (hasHost, hasTransferEncoding, hasConnection, hasExpect) = (false, false, false, false)
        }
    }

    mutating func takeField(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) {
        message.lineBytes += line.count + 2
        message.lineCount += 1
        guard message.lineBytes <= limits.headerBytes else { throw .headersTooLarge }
        guard message.lineCount <= limits.headerCount else { throw .tooManyHeaders }
        let (name, value) = try Self.field(line)
        try message.note(name, value, limits)
        message.headers.append(name: name, value: value)
    }

    /// Trailers are checked as headers are, and dropped (RFC 9110 section 6.5.1 allows no more without knowing them).
    /// Those that would frame or route the message are refused: somebody wants another parser to see them.
    mutating func takeTrailer(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) {
        if line.isEmpty {
            state = .end
            return
        }
        message.lineBytes += line.count + 2
        message.lineCount += 1
        guard message.lineBytes <= limits.trailerBytes, message.lineCount <= limits.headerCount else {
            throw .trailersTooLarge
        }
        let (name, _) = try Self.field(line)
        let isForbidden =
            name.equalsIgnoringCase("content-length") || name.equalsIgnoringCase("transfer-encoding")
            || name.equalsIgnoringCase("host")
        guard !isForbidden else { throw .malformedField }
    }

    /// Splits `name ":" OWS value OWS` (RFC 9112 section 5). A line that starts with a blank (obs-fold) has no name,
    /// and a blank before the colon is no token character, so both are refused.
    @inline(__always)
    private static func field(
        _ line: UnsafeRawBufferPointer
    ) throws(HTTP1Error) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        var colon = 0
        while colon < line.count, ByteClass.isToken(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == 0x3a else { throw .malformedField }
        let value = line.slice(colon + 1, line.count).trimmed()
        guard ByteClass.isFieldValue(value) else { throw .malformedField }
        return (line.slice(0, colon), value)
    }
}

extension HTTP1Parser.MessageState {
    /// Looks at the fields that decide on framing and routing. The length alone sorts out most others.
    @inline(__always)
    mutating func note(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ limits: HTTP1Limits
    ) throws(HTTP1Error) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            guard !hasHost else { throw .repeatedHost }
            guard HostAuthority.isValid(value) else { throw .malformedHost }
            hasHost = true
        case 6 where name.equalsIgnoringCase("expect"): hasExpect = true
        case 10 where name.equalsIgnoringCase("connection"): hasConnection = true
        case 14 where name.equalsIgnoringCase("content-length"):
            guard contentLength == nil else { throw .repeatedContentLength }
            contentLength = try Self.length(value, limits)
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            // Chunked twice, be it in one field or in two, would be chunked data within chunked data.
            guard !hasTransferEncoding else { throw .malformedTransferEncoding }
            hasTransferEncoding = true
            try Self.checkTransferEncoding(value)
        default: break
        }
    }

    /// 1*DIGIT, so no sign, no list, no blank.
    private static func length(_ value: UnsafeRawBufferPointer, _ limits: HTTP1Limits) throws(HTTP1Error) -> Int {
        guard !value.isEmpty, value.allSatisfy(ByteClass.isDigit) else { throw .malformedContentLength }
        var length = 0
        for digit in value {
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit - 0x30))
            if overflow || carry { throw .bodyTooLarge }
            length = sum
        }
        guard length <= limits.bodyBytes else { throw .bodyTooLarge }
        return length
    }

    /// Only chunked is taken, alone. Other codings, even if chunked comes last, are not implemented.
    private static func checkTransferEncoding(_ value: UnsafeRawBufferPointer) throws(HTTP1Error) {
        if value.equalsIgnoringCase("chunked") { return }
        let codings = value.split(separator: 0x2c, omittingEmptySubsequences: false)
            .map { UnsafeRawBufferPointer(rebasing: $0).trimmed() }
        guard codings.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ByteClass.isToken) }),
            codings.contains(where: { !$0.equalsIgnoringCase("chunked") })
        else { throw .malformedTransferEncoding }
        throw .unknownTransferCoding
    }

    /// Checks what only the whole head shows and settles the framing.
    func finish(_ limits: HTTP1Limits) throws(HTTP1Error) -> HTTP1Framing {
        guard hasHost || version == .http10 else { throw .missingHost }
        var framing = HTTP1Framing(body: .none, keepAlive: version == .http11, expectsContinue: false)
        if hasTransferEncoding {
            guard contentLength == nil else { throw .lengthAndTransferEncoding }
            // An HTTP/1.0 client cannot mean it, and a proxy in between may not see it (RFC 9112 section 6.1).
            guard version == .http11 else { throw .malformedTransferEncoding }
            framing.body = .chunked
        } else if let contentLength, contentLength > 0 {
            framing.body = .length(contentLength)
        }
        if hasConnection {
            let closes = headers.contains(token: "close", in: "connection")
            let keeps = version == .http11 || headers.contains(token: "keep-alive", in: "connection")
            framing.keepAlive = keeps && !closes
        }
        if hasExpect && version == .http11 {
            framing.expectsContinue = headers.contains(token: "100-continue", in: "expect")
        }
        return framing
    }

    /// Hands the head over, its storage included, and keeps what the body needs.
    mutating func takeHead(from peer: PeerAddress, isSecure: Bool) -> HTTPRequestHead {
        let head = HTTPRequestHead(
            method: method, target: target.text, path: target.path, queryOffset: target.queryOffset, headers: headers,
            version: version, remoteAddress: peer, isSecure: isSecure, targetAuthority: target.authority)
        target = .root
        headers = HTTPHeaders()
        return head
    }
}
