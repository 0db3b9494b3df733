package import EventLoop
import Glibc
import LinuxShims

/// Who takes what a server behind this one sends. Called on the loop; any of these calls may close the stream.
package protocol UpstreamReceiver: AnyObject {
    /// Whether bytes would be taken now; the stream does not read otherwise.
    var wantsUpstream: Bool { get }
    func received(fromUpstream bytes: [UInt8])
    /// What was written has been sent, or so much of it that there is room again.
    func upstreamDrained()
    /// The server behind ended the connection, or it failed, or could not be made.
    func upstreamEnded()
}

/// Bytes to and from a server behind this one, over a TCP connection. Confined to the loop, which holds it until it is
/// closed.
package final class UpstreamStream: DescriptorHandler {
    private static let part = 16_384
    private static let keptCapacity = 65_536
    /// So much that is sent is kept in front of what is not, so that it is not moved for every few bytes.
    private static let keptSent = 16_384

    private let socket: Int32
    private weak var receiver: (any UpstreamReceiver)?
    private var registration: Registration?
    /// What stands before `sent` has gone.
    private var output: [UInt8] = []
    private var sent = 0
    private var isReadable = false
    private var isWritable = false
    private var isClosed = false

    /// Begins to connect.
    /// - Throws: `UpstreamError` where not even that can be done.
    package init(
        to address: PeerAddress, port: UInt16, on loop: EventLoop, receiver: any UpstreamReceiver
    ) throws(UpstreamError) {
        self.receiver = receiver
        socket = address.withSocketAddress(port: port) { mado_connect($0, $1) }
        guard socket >= 0 else { throw UpstreamError(description: "connect: \(String(cString: strerror(errno)))") }
        do throws(EventLoopError) {
            registration = try loop.register(
                descriptor: socket, interest: [.read, .write, .readEnd, .edgeTriggered], handler: self)
        } catch {
            Glibc.close(socket)
            throw UpstreamError(description: "\(error)")
        }
    }

    /// Bytes that are not sent yet.
    package var pendingOutput: Int { output.count - sent }

    /// Queues bytes; `flush` sends them.
    package func write(_ bytes: some Collection<UInt8>) { output += bytes }

    package func descriptorReady(_ readiness: Readiness) {
        if readiness.isReadable { isReadable = true }
        if readiness.isWritable || readiness.isOver { isWritable = true }
        let hadOutput = pendingOutput > 0
        flush()
        if hadOutput, !isClosed { receiver?.upstreamDrained() }
        read()
    }

    /// Sends what is queued, as far as it goes.
    package func flush() {
        while isWritable, !isClosed, pendingOutput > 0 {
            let count = output[sent...].withUnsafeBytes { part in
                part.baseAddress.map { mado_send_one(socket, $0, part.count) } ?? 0
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                isWritable = false
            } else if errno != EINTR {
                receiver?.upstreamEnded()
                return
            }
        }
        if pendingOutput == 0 {
            output.removeAll(keepingCapacity: output.capacity <= Self.keptCapacity)
            sent = 0
        } else if sent >= Self.keptSent, sent * 2 >= output.count {
            // It may be refilled before it is ever empty. No more is moved than goes.
            output.removeFirst(sent)
            sent = 0
        }
    }

    /// Hands over what has come, as long as it is wanted.
    package func read() {
        while isReadable, !isClosed, receiver?.wantsUpstream == true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.part) { buffer, filled in
                count = buffer.baseAddress.map { mado_receive(socket, $0, buffer.count) } ?? 0
                filled = max(0, count)
            }
            if count > 0 {
                receiver?.received(fromUpstream: bytes)
            } else if count < 0, errno == EAGAIN {
                isReadable = false
            } else if count == 0 || errno != EINTR {
                receiver?.upstreamEnded()
                return
            }
        }
    }

    /// Forgets what is queued.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        registration?.deregister()
        registration = nil
        _ = Glibc.close(socket)
    }
}
