/// What a connection speaks: HTTP/1.1 or HTTP/2. Confined to the loop. Any of these calls may end with the connection
/// closed.
protocol ConnectionProtocol: AnyObject {
    /// Whether bytes would be taken now; the connection does not read otherwise.
    var wantsInput: Bool { get }
    /// Takes all of `bytes`, which are valid during the call only.
    func received(_ bytes: UnsafeRawBufferPointer)
    /// The peer ended its direction.
    func receivedEnd()
    /// Whether a request is under way whose answer a peer may still read that sends no more.
    var isAnswering: Bool { get }
    /// Whether there is output that waits for something else than the socket: it has its deadline too.
    var holdsOutput: Bool { get }
    /// A time begins in which some output has to go.
    func watchOutput()
    /// That time is over: ends what takes none of its own output while the connection takes other.
    /// - Returns: whether the connection can go on without it.
    func endStuckOutput() -> Bool
    /// Output is about to be sent: writes what there is, as far as the connection takes it.
    func produce()
    /// Output has been sent, and less than the low-water mark is left.
    func outputDrained()
    /// The time for that phase is over, and too little happened.
    func deadlinePassed(_ phase: ConnectionPhase)
    /// The server is going to end: finish what is under way, then close.
    func drain()
    /// The connection is closed, for whatever reason. The last call.
    func connectionClosed()
}

/// For one stream of output there is nothing to be told apart.
extension ConnectionProtocol {
    func watchOutput() {}
    func endStuckOutput() -> Bool { false }
}

/// What a connection waits for, which says how long it may.
enum ConnectionPhase: UInt8 {
    case handshake, header, body, idle, linger
    /// For the application: without limit.
    case application
}
