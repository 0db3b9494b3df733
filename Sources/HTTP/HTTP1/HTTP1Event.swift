/// What one call of `HTTP1Parser.parse` came to.
package struct HTTP1Step: Sendable, Hashable {
    /// How many of the given bytes are done with. The next call continues behind them.
    package var consumed: Int
    package var event: HTTP1Event
}

package enum HTTP1Event: Sendable, Hashable {
    /// All given bytes are consumed; call again when more have arrived.
    case needsInput
    /// A request's head is there: `HTTP1Parser.takeHead` hands it over. `body` and then `end` follow.
    ///
    /// It is not a part of the event, because an event that owns nothing is passed in registers.
    case head(HTTP1Framing)
    /// A part of the body, as a range of the bytes given to this call; never empty.
    case body(Range<Int>)
    /// The request is complete. The next call starts with the next request on the connection (pipelining);
    /// who isn't ready for it doesn't call.
    case end
    /// The request is refused; every further call says the same and consumes nothing.
    case failure(HTTP1Error)
    /// The connection started with the line `PRI * HTTP/2.0`, consumed as `HTTP1Parser.http2PrefaceLine`: it
    /// speaks HTTP/2 by prior knowledge. Every further call says the same and consumes nothing.
    case http2Preface
    /// The connection started with the first byte of a TLS handshake, which is not consumed. As above.
    case tlsClientHello
}

/// How the message of a head is delimited, and what its sender expects.
package struct HTTP1Framing: Sendable, Hashable {
    package enum Body: Sendable, Hashable {
        case none
        /// More than 0.
        case length(Int)
        case chunked
    }

    package var body: Body
    /// Whether the client wants to use the connection for further requests (RFC 9112 section 9.3).
    package var keepAlive: Bool
    /// `Expect: 100-continue`: the body is sent when told so (RFC 9110 section 10.1.1).
    package var expectsContinue: Bool
}
