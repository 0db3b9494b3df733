import EventLoop

/// What all load shares: the loop and its buffer. Everything that generates load is confined to that loop.
struct LoadContext: Sendable {
    let loop: EventLoop
    let scratch = ScratchBuffer()

    func connect(_ port: UInt16, tls: TLSClient? = nil) throws -> ClientConnection {
        try ClientConnection(loop, port: port, tls: tls, scratch: scratch)
    }

    func sleep(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            loop.schedule(after: duration) { continuation.resume() }
        }
    }
}
