package import EventLoop

/// A connection on which something else than HTTP is spoken: what its speaker may do with it. Confined to the loop.
///
/// The server's deadline for output that nobody takes holds here too; all others are the speaker's business.
package final class SharedPortConnection: ConnectionProtocol {
    private let connection: Connection
    /// Taken when it accepted the connection, and let go of when that closes.
    var speaker: (any SharedPortSpeaker)?

    init(_ connection: Connection) {
        self.connection = connection
    }

    package var loop: EventLoop { connection.server.loop }
    package var peer: PeerAddress { connection.peer }
    /// The peer is a trusted proxy, which speaks for others.
    package var isFromProxy: Bool { connection.isFromProxy }
    /// Bytes that were written and are not sent yet.
    package var pendingOutput: Int { connection.pendingOutput }

    /// Sends at the end of the event or turn.
    package func write(_ bytes: [UInt8]) { connection.write(bytes) }
    /// Reads again, after `wantsInput` had been false.
    package func resumeReading() { connection.resumeReading() }
    /// Sends what is queued, then closes.
    package func closeAfterOutput() { connection.closeAfterOutput(linger: false) }
    /// Closes now and forgets what is queued.
    package func close() { connection.close() }

    // MARK: What the connection asks

    var wantsInput: Bool { speaker?.wantsInput ?? false }
    var isAnswering: Bool { false }
    var holdsOutput: Bool { false }
    func received(_ bytes: UnsafeRawBufferPointer) { speaker?.received(bytes) }
    func receivedEnd() { speaker?.receivedEnd() }
    func produce() {}
    func outputDrained() { speaker?.outputDrained() }
    func deadlinePassed(_ phase: ConnectionPhase) { connection.close() }
    func drain() { connection.close() }

    func connectionClosed() {
        let ended = speaker
        speaker = nil
        ended?.connectionClosed()
    }
}
