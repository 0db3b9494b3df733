/// How long a client may take for each phase. Over time the connection is closed.
package struct HTTPDeadlines: Sendable {
    /// For each message of the TLS handshake: two, or four with TLS 1.2.
    package var handshake = Duration.seconds(15)
    /// From a request's first byte, or the connection's start, to the end of the head.
    package var header = Duration.seconds(15)
    /// In each such time while a body is awaited, at least `minimumProgress` bytes of it have to come.
    package var body = Duration.seconds(20)
    /// In each such time while output is pending, at least `minimumProgress` bytes have to be taken.
    package var write = Duration.seconds(20)
    /// In bytes.
    package var minimumProgress = 1_024
    /// Without a request under way.
    package var idle = Duration.seconds(120)
    /// For the client's end of the stream after ours, so that the last answer isn't lost by a reset.
    package var linger = Duration.seconds(2)

    package init() {}
}
