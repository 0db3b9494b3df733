/// Bounds on what clients may occupy. Sizes in bytes.
package struct HTTPLimits: Sendable {
    /// For the heads and bodies of HTTP/1 requests; `headerBytes` holds for HTTP/2 too.
    package var http1 = HTTP1Limits()
    /// Open connections of the whole server; more are closed when accepted.
    package var connections = 100_000
    /// Open connections from one address (IPv6: from one /64); more are closed when accepted.
    package var connectionsPerAddress = 256
    /// A response being written is asked to wait (`HTTPExchange.write` returns false) above this.
    package var writeHighWater = 65_536
    /// A streamed response whose client is further behind than this is broken off.
    package var writeBacklog = 4_194_304
    /// What is read ahead of a client that sends requests without waiting for the answers.
    package var pipelineBytes = 16_384
    /// The rest of a request's body that is read and thrown away to keep a connection.
    package var discardedBodyBytes = 262_144
    /// Bodies from this size on are compressed, if they are of a compressible type and the client accepts it.
    package var compressionThreshold = 1_024
    package var http2 = HTTP2Limits()

    package init() {}
}

/// Bounds on what an HTTP/2 connection may occupy.
package struct HTTP2Limits: Sendable {
    package var concurrentStreams = 100
    /// The body bytes that a client may send on a stream, and on all of a connection's, before we have asked for them.
    package var streamWindow = 65_535
    package var connectionWindow = 262_144
    /// RST_STREAM frames, and streams that we had to reset, in `resetWindow`; more end the connection
    /// (CVE-2023-44487).
    package var resets = 200
    package var resetWindow = Duration.seconds(10)
    /// SETTINGS, PING, PRIORITY and other frames that carry no request, in `resetWindow`.
    package var controlFrames = 1_000
    /// CONTINUATION frames behind one HEADERS.
    package var continuations = 16

    package init() {}
}
