/// A protocol that shares the listeners with HTTP, and is told from it by a connection's first byte.
package protocol SharedPortProtocol: Sendable {
    /// Its name for clients that say before what they speak (ALPN, RFC 7301): a byte with the length, then the name.
    var negotiatedName: StaticString { get }
    /// Whether a connection that begins with this byte speaks it. No byte that HTTP begins with: letters.
    func begins(with byte: UInt8) -> Bool
    /// Takes a connection; nil closes it. On the connection's loop, before the first byte is handed over.
    func accept(_ connection: SharedPortConnection) -> (any SharedPortSpeaker)?
}

/// What speaks over one such connection. Confined to the loop; any of these calls may end with the connection closed.
package protocol SharedPortSpeaker: AnyObject {
    /// Whether bytes would be taken now; the connection does not read otherwise.
    var wantsInput: Bool { get }
    /// Takes all of `bytes`, which are valid during the call only.
    func received(_ bytes: UnsafeRawBufferPointer)
    /// The peer ended its direction.
    func receivedEnd()
    /// Output has been sent, and little is left.
    func outputDrained()
    /// The connection is closed, for whatever reason. The last call.
    func connectionClosed()
}
