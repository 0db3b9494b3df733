/// Limits and deadlines of connections.
package struct HTTPSettings: Sendable, Equatable {
    /// Bytes of a request line and its headers together.
    package var maximumHeaderBytes = 32 * 1024
    /// Headers of one request.
    package var maximumHeaderCount = 100
    /// Connections of the whole server at a time.
    package var maximumConnections = 100_000
    /// Connections that one address may hold at a time; trusted proxies may hold any number.
    package var connectionsPerAddress = 1024
    /// Streams that a peer may have open on one HTTP/2 connection.
    package var streamsPerConnection = 100
    /// Bytes that may wait for one slow reader before it is dropped.
    package var maximumPendingBytes = 4 * 1024 * 1024
    /// Answers from this many bytes on are compressed when the client accepts it.
    package var compressionThreshold = 1400

    /// From the accepted connection to the client's first message of the TLS handshake, and to each further one.
    package var handshakeDeadline = Duration.seconds(10)
    /// From a request's first byte to the end of its headers.
    package var headersDeadline = Duration.seconds(15)
    /// Between two parts of a body, and for `collectBody` the whole of it.
    package var bodyDeadline = Duration.seconds(60)
    /// How long a connection without a request is kept.
    package var idleDeadline = Duration.seconds(120)
    /// How long a peer may take nothing of what waits for it.
    package var writeDeadline = Duration.seconds(30)
    /// How long requests in flight may take to end after the server was told to stop.
    package var shutdownGrace = Duration.seconds(10)

    package init() {}
}
