import EventLoop

/// The deadlines of the configuration, converted once: they are set anew several times a request. In nanoseconds.
struct ConnectionWaits {
    let handshake: UInt64
    let header: UInt64
    let body: UInt64
    let write: UInt64
    let idle: UInt64
    let linger: UInt64
    /// In bytes.
    let minimumProgress: Int

    init(_ deadlines: HTTPDeadlines) {
        handshake = deadlines.handshake.wholeNanoseconds
        header = deadlines.header.wholeNanoseconds
        body = deadlines.body.wholeNanoseconds
        write = deadlines.write.wholeNanoseconds
        idle = deadlines.idle.wholeNanoseconds
        linger = deadlines.linger.wholeNanoseconds
        minimumProgress = deadlines.minimumProgress
    }
}
