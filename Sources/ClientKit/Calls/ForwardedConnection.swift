import Glibc
import LinuxShims
import Synchronization

/// One connection of a ``TURNForwarder``, and its tunnel to the server: bytes both ways until either side ends.
///
/// `@unchecked Sendable`: the descriptor and the buffers belong to whoever works on it, first the task that opens the tunnel
/// and then the thread that passes bytes on.
final class ForwardedConnection: @unchecked Sendable {
    /// Bytes that wait for either side before the other is not read any more.
    private static let highWater = 65_536
    private static let part = 16_384

    private let descriptor: Int32
    private let number: Int
    private let core: TURNForwarder.Core
    /// Wakes the thread to end.
    private let wake = mado_wake_create()
    private let cancelling = Mutex<(isCancelled: Bool, tunnel: CurlTunnel?)>((false, nil))
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []

    init(_ descriptor: Int32, number: Int, core: TURNForwarder.Core) {
        self.descriptor = descriptor
        self.number = number
        self.core = core
    }

    deinit {
        close(descriptor)
        close(wake)
    }

    /// Any thread.
    func cancel() {
        cancelling.withLock { state in
            state.isCancelled = true
            state.tunnel?.cancel()
        }
        mado_wake(wake)
    }

    private var isCancelled: Bool { cancelling.withLock { $0.isCancelled } }

    /// Opens the tunnel, and has a thread of its own pass bytes on.
    func open() async {
        do throws(TransportError) {
            let tunnel = try await core.transport.tunnel(to: core.url) { [self] tunnel in
                cancelling.withLock { state in
                    state.tunnel = tunnel
                    if state.isCancelled { tunnel.cancel() }
                }
            }
            core.opened()
            guard OwnThread.start("mado-relayed", { [self] in core.ended(number, pass(tunnel)) }) else {
                throw .other("no thread")
            }
        } catch {
            shutdown(descriptor, Int32(SHUT_RDWR))
            core.ended(number, error)
        }
    }

    /// Until either side ends.
    /// - Returns: what was wrong with the server's side.
    private func pass(_ tunnel: CurlTunnel) -> TransportError? {
        defer { shutdown(descriptor, Int32(SHUT_RDWR)) }
        while !isCancelled {
            do throws(TransportError) {
                guard try readServer(tunnel) else { return nil }
                try writeServer(tunnel)
            } catch {
                return error
            }
            guard writeClient(), readClient() else { return nil }
            do throws(TransportError) { try writeServer(tunnel) } catch { return error }
            wait(tunnel)
        }
        return nil
    }

    /// False at the end. What is in libcurl's buffers shows on no descriptor: all of it is taken.
    private func readServer(_ tunnel: CurlTunnel) throws(TransportError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.part)
        while toClient.count < Self.highWater {
            var received = CurlTunnel.Received.nothing
            var failure: TransportError?
            buffer.withUnsafeMutableBytes { bytes in
                do throws(TransportError) { received = try tunnel.receive(into: bytes) } catch { failure = error }
            }
            if let failure { throw failure }
            switch received {
            case .bytes(let count):
                toClient += buffer[..<count]
                guard writeClient() else { return false }
            case .nothing: return true
            case .end: return false
            }
        }
        return true
    }

    private func writeServer(_ tunnel: CurlTunnel) throws(TransportError) {
        while !toServer.isEmpty {
            var count = 0
            var failure: TransportError?
            toServer.withUnsafeBytes { bytes in
                do throws(TransportError) { count = try tunnel.send(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
            guard count > 0 else { return }
            toServer.removeFirst(count)
        }
    }

    /// False when the other side has gone.
    private func writeClient() -> Bool {
        while !toClient.isEmpty {
            let count = toClient.withUnsafeBytes { mado_send_one(descriptor, $0.baseAddress!, $0.count) }
            if count >= 0 {
                toClient.removeFirst(count)
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// False when the other side has gone.
    private func readClient() -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.part)
        while toServer.count < Self.highWater {
            let count = mado_receive(descriptor, &buffer, buffer.count)
            if count > 0 {
                toServer += buffer[..<count]
            } else if count == 0 {
                return false
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private func wait(_ tunnel: CurlTunnel) {
        func events(_ reads: Bool, _ writes: Bool) -> Int16 {
            (reads ? Int16(POLLIN) : 0) | (writes ? Int16(POLLOUT) : 0)
        }
        var waited = [
            pollfd(
                fd: descriptor, events: events(toServer.count < Self.highWater, !toClient.isEmpty), revents: 0),
            pollfd(
                fd: tunnel.descriptor, events: events(toClient.count < Self.highWater, !toServer.isEmpty), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        poll(&waited, 3, -1)
    }
}
