/// One HTTP request of the client.
package struct ClientRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// The file at the path, read while it is sent and never whole in memory.
        case file(path: String)
    }

    package enum Destination: Sendable {
        /// An answer that is longer than the limit (bytes) ends with ``TransportError/tooLarge``.
        case memory(limit: Int)
        /// Written beside the path and renamed when the answer is complete and its status is below 300; the answer of
        /// another status is kept in memory. What stood there is replaced.
        case file(path: String)

        /// 64 MiB of memory.
        package static let standard = Destination.memory(limit: 64 << 20)
    }

    package var method: String
    /// Absolute: `http` or `https`.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: Body
    package var destination: Destination
    /// How long the whole exchange may take; nil for as long as it likes.
    package var timeout: Duration?
    /// How long nothing may move in either direction; nil for as long as it likes.
    package var idleTimeout: Duration?

    package init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: Body = .none,
        destination: Destination = .standard, timeout: Duration? = nil, idleTimeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.destination = destination
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }
}
