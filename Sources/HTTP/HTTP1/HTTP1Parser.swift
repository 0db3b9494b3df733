import Glibc

/// A strict HTTP/1 request parser (RFC 9112): a state machine without I/O, for one connection.
///
/// States: `requestLine` → `fields` → (`body` | `chunkSize` ⇄ `chunkData`, `chunkDataEnd` → `trailers`) → `end` →
/// `requestLine` and so on; `failed` and `handedOver` are final. No timers: deadlines are the connection's.
///
/// Invariants: the events (body parts joined) depend on the bytes only, never on how they were split over calls:
/// lines are judged when they are complete or longer than may be. What is kept between calls is one incomplete line
/// and the fields of one incomplete head. Where the RFC lets a recipient repair, this one refuses.
package struct HTTP1Parser: Sendable {
    /// The part of the HTTP/2 connection preface that `http2Preface` has consumed; the HTTP/2 engine wants it back.
    package static let http2PrefaceLine = StaticString("PRI * HTTP/2.0\r\n")

    enum State: Sendable {
        case requestLine, fields
        case body(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkDataEnd, trailers, end
        case failed(HTTP1Error)
        case handedOver(toTLS: Bool)
    }

    let limits: HTTP1Limits
    private let peer: PeerAddress
    private let isSecure: Bool
    var state = State.requestLine
    /// The start of a line whose end has not arrived.
    private var partialLine: [UInt8] = []
    /// Nothing but this line can be the start of HTTP/2 or TLS.
    private var isAtStart = true
    /// One empty line before a request is forgiven (RFC 9112 section 2.2).
    private var hasSkippedEmptyLine = false
    var message = MessageState()

    /// - Parameters:
    ///   - peer: goes into each head as its `remoteAddress`.
    ///   - isSecure: goes into each head.
    package init(limits: HTTP1Limits = HTTP1Limits(), peer: PeerAddress = .unspecified, isSecure: Bool = false) {
        self.limits = limits
        self.peer = peer
        self.isSecure = isSecure
    }

    /// Whether a request has begun and not ended: if the peer closes now, it broke off.
    package var isInsideMessage: Bool {
        if case .requestLine = state { return !partialLine.isEmpty }
        return true
    }

    /// Forgets an empty line that came before a request that did not: that was another connection's.
    /// - Precondition: it is not inside a message.
    mutating func forgetEmptyLine() { hasSkippedEmptyLine = false }

    /// Parses up to the next event. Call until it `needsInput`, each time with what is not consumed, even if that
    /// is empty: `end` needs no further byte.
    /// - Parameter input: what has arrived and is not consumed yet. Not kept.
    package mutating func parse(_ input: UnsafeRawBufferPointer) -> HTTP1Step {
        var offset = 0
        do {
            while true {
                if let event = try advance(input, &offset) { return HTTP1Step(consumed: offset, event: event) }
            }
        } catch {
            state = .failed(error)
            partialLine = []
            message.reset()
            return HTTP1Step(consumed: offset, event: .failure(error))
        }
    }

    /// One line, or one stretch of body. nil: go on.
    @inline(__always)
    private mutating func advance(
        _ input: UnsafeRawBufferPointer, _ offset: inout Int
    ) throws(HTTP1Error) -> HTTP1Event? {
        switch state {
        case .requestLine:
            if partialLine.isEmpty, offset < input.count, try looksLikeTLS(input[offset]) {
                state = .handedOver(toTLS: true)
                return .tlsClientHello
            }
            return try nextLine(input, &offset, allowed: limits.requestLineBytes + 2, .requestLineTooLong)
        case .fields:
            // The empty line that ends the head is not counted.
            return try nextLine(input, &offset, allowed: limits.headerBytes - message.lineBytes + 2, .headersTooLarge)
        case .chunkSize:
            let allowed = Self.maximumSizeDigits + limits.chunkExtensionBytes - message.extensionBytes + 2
            return try nextLine(input, &offset, allowed: allowed, .chunkExtensionsTooLarge)
        case .chunkDataEnd:
            return try nextLine(input, &offset, allowed: 2, .malformedChunk)
        case .trailers:
            return try nextLine(
                input, &offset, allowed: limits.trailerBytes - message.lineBytes + 2, .trailersTooLarge)
        case .body(let remaining):
            return takeBody(input, &offset, remaining, then: .end) { .body(remaining: $0) }
        case .chunkData(let remaining):
            return takeBody(input, &offset, remaining, then: .chunkDataEnd) { .chunkData(remaining: $0) }
        case .end:
            message.reset()
            hasSkippedEmptyLine = false
            state = .requestLine
            return .end
        case .failed(let error): return .failure(error)
        case .handedOver(let toTLS): return toTLS ? .tlsClientHello : .http2Preface
        }
    }

    /// A body part of what is there.
    private mutating func takeBody(
        _ input: UnsafeRawBufferPointer, _ offset: inout Int, _ remaining: Int, then next: State,
        _ rest: (Int) -> State
    ) -> HTTP1Event {
        let part = offset..<(offset + min(remaining, input.count - offset))
        guard !part.isEmpty else { return .needsInput }
        offset = part.upperBound
        state = part.count == remaining ? next : rest(remaining - part.count)
        return .body(part)
    }

    /// Takes the line that starts at `offset`, or with `partialLine`, if its LF is there.
    /// - Throws: `tooLong` once more than `allowed` bytes, the LF included, have been seen without one.
    @inline(__always)
    private mutating func nextLine(
        _ input: UnsafeRawBufferPointer, _ offset: inout Int, allowed: Int, _ tooLong: HTTP1Error
    ) throws(HTTP1Error) -> HTTP1Event? {
        let available = input.count - offset
        guard available > 0, let base = input.baseAddress else { return .needsInput }
        let start = base + offset
        let window = min(available, allowed - partialLine.count)
        guard let found = memchr(start, 0x0a, window) else {
            if available > window { throw tooLong }
            partialLine.append(contentsOf: UnsafeRawBufferPointer(start: start, count: available))
            offset = input.count
            return .needsInput
        }
        let length = UnsafeRawPointer(found) - start
        offset += length + 1
        let rest = UnsafeRawBufferPointer(start: start, count: length)
        if partialLine.isEmpty { return try takeLine(rest, followedBy: input.count - offset) }
        var line: [UInt8] = []
        swap(&line, &partialLine)
        line.append(contentsOf: rest)
        return try line.withUnsafeBufferPointer { line throws(HTTP1Error) in
            try takeLine(UnsafeRawBufferPointer(line), followedBy: input.count - offset)
        }
    }

    /// - Parameters:
    ///   - lineWithCR: without its LF.
    ///   - followedBy: how many bytes behind it have arrived, as a hint for the size of the head.
    @inline(__always)
    private mutating func takeLine(
        _ lineWithCR: UnsafeRawBufferPointer, followedBy: Int
    ) throws(HTTP1Error) -> HTTP1Event? {
        let length = lineWithCR.count - 1
        guard length >= 0, lineWithCR[length] == 0x0d else { throw .malformedLineEnd }
        let line = lineWithCR.slice(0, length)
        switch state {
        case .requestLine:
            return try takeRequestLine(line, followedBy: followedBy)
        case .fields:
            if line.isEmpty { return try .head(finishHead()) }
            try takeField(line)
        case .chunkSize: try takeChunkSize(line)
        case .chunkDataEnd:
            guard line.isEmpty else { throw .malformedChunk }
            state = .chunkSize
        case .trailers: try takeTrailer(line)
        case .body, .chunkData, .end, .failed, .handedOver: preconditionFailure("no line is read in this state")
        }
        return nil
    }

    /// Looks at the first byte of a request, so that what is not HTTP at all is known before a line has ended.
    private func looksLikeTLS(_ byte: UInt8) throws(HTTP1Error) -> Bool {
        if byte == 0x16 && isAtStart && !hasSkippedEmptyLine { return true }
        guard ByteClass.isToken(byte) || byte == 0x0d || byte == 0x0a else { throw .malformedRequestLine }
        return false
    }

    private mutating func takeRequestLine(
        _ line: UnsafeRawBufferPointer, followedBy: Int
    ) throws(HTTP1Error) -> HTTP1Event? {
        if line.isEmpty {
            guard !hasSkippedEmptyLine else { throw .malformedRequestLine }
            hasSkippedEmptyLine = true
            return nil
        }
        if isAtStart && !hasSkippedEmptyLine && line.equals("PRI * HTTP/2.0") {
            state = .handedOver(toTLS: false)
            return .http2Preface
        }
        isAtStart = false
        try message.takeRequestLine(line)
        // Enough for the rest of the head without growing, if no large body has arrived with it.
        message.headers.reserve(bytes: min(followedBy, 1_024), fields: 8)
        state = .fields
        return nil
    }

    /// Ends the head: checks what needs all fields and goes on to the body.
    private mutating func finishHead() throws(HTTP1Error) -> HTTP1Framing {
        let framing = try message.finish(limits)
        switch framing.body {
        case .none: state = .end
        case .length(let length): state = .body(remaining: length)
        case .chunked: state = .chunkSize
        }
        message.lineBytes = 0
        message.lineCount = 0
        return framing
    }

    /// The head that the event `head` announced. To be called once, before the next call of `parse`: the fields are
    /// handed over, not copied.
    package mutating func takeHead() -> HTTPRequestHead {
        message.takeHead(from: peer, isSecure: isSecure)
    }
}
