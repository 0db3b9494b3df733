import EventLoop
import Glibc
import LinuxShims

/// One listening socket of one loop; the kernel spreads connections over the loops' sockets (SO_REUSEPORT).
///
/// When descriptors have run out, one held in reserve is given up to accept and close what waits, so that clients
/// hear of it and the loop doesn't spin; if even that fails, the socket is left alone for `pause`.
///
/// Confined to the loop.
final class Listener: DescriptorHandler {
    private static let pause = Duration.milliseconds(100)
    /// Accepted in one go, before others have their turn.
    private static let batch = 64

    private unowned let server: ServerLoop
    private let descriptor: Int32
    private let tls: TLSContext.Holder?
    private var registration: Registration?
    private var reserve: Int32

    /// - Parameter descriptor: a listening socket, which the listener closes at its end.
    init(server: ServerLoop, descriptor: Int32, tls: TLSContext.Holder?) {
        self.server = server
        self.descriptor = descriptor
        self.tls = tls
        reserve = mado_reserve_descriptor()
    }

    func start() {
        registration = try? server.loop.register(descriptor: descriptor, interest: [.read], handler: self)
        // Without memory for the registration there will be some later.
        if registration == nil { startLater() }
    }

    /// No more connections; those that the kernel has accepted are taken and reset by it.
    func close() {
        guard isOpen else { return }
        isOpen = false
        registration?.deregister()
        registration = nil
        _ = Glibc.close(descriptor)
        if reserve >= 0 { _ = Glibc.close(reserve) }
    }

    private var isOpen = true

    func descriptorReady(_ readiness: Readiness) {
        var address = sockaddr_storage()
        var length = socklen_t()
        for _ in 0..<Listener.batch {
            let accepted = mado_accept(descriptor, &address, &length)
            guard accepted < 0 else {
                server.accept(accepted, PeerAddress(address) ?? .unspecified, tls)
                continue
            }
            switch errno {
            case EMFILE, ENFILE:
                guard refuseOne() else { return startLater() }
            case ENOBUFS, ENOMEM:
                return startLater()
            case EAGAIN:
                return
            default:
                // The connection failed before it was accepted (accept(2)): the next.
                continue
            }
        }
    }

    /// Gives up the reserve for the time of one accept. Returns false if that was in vain.
    private func refuseOne() -> Bool {
        guard reserve >= 0 else {
            reserve = mado_reserve_descriptor()
            return false
        }
        _ = Glibc.close(reserve)
        var address = sockaddr_storage()
        var length = socklen_t()
        let accepted = mado_accept(descriptor, &address, &length)
        if accepted >= 0 {
            server.counters.accepted.add()
            server.counters.refused.add()
            mado_reset_on_close(accepted)
            _ = Glibc.close(accepted)
        }
        reserve = mado_reserve_descriptor()
        return accepted >= 0 && reserve >= 0
    }

    private func startLater() {
        registration?.deregister()
        registration = nil
        let timer = server.loop.timer { [weak self] in
            guard let self, isOpen else { return }
            start()
        }
        timer.move(to: server.loop.now() + Listener.pause)
    }
}
