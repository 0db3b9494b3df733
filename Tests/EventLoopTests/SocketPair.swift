import EventLoop
import Glibc
import Synchronization

/// Two connected non-blocking stream sockets.
final class SocketPair: Sendable {
    let left: Int32
    let right: Int32
    private let rightOpen = Atomic<Bool>(true)

    init() throws {
        var ends: [Int32] = [0, 0]
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard socketpair(AF_UNIX, Int32(kind), 0, &ends) == 0 else {
            throw EventLoopError.systemCall("socketpair", errno: errno)
        }
        left = ends[0]
        right = ends[1]
    }

    deinit {
        close(left)
        closeRight()
    }

    func writeRight(_ bytes: [UInt8]) {
        let written = bytes.withUnsafeBytes { write(right, $0.baseAddress, $0.count) }
        precondition(written == bytes.count)
    }

    func closeRight() {
        if rightOpen.exchange(false, ordering: .relaxed) { close(right) }
    }

    func readLeft() -> Int {
        var buffer = [UInt8](repeating: 0, count: 64)
        return buffer.withUnsafeMutableBytes { read(left, $0.baseAddress, $0.count) }
    }
}

/// Calls back whenever its descriptor is ready. Confined to its loop.
final class Reader: DescriptorHandler, @unchecked Sendable {
    var registration: Registration?
    private let body: (Readiness) -> Void

    init(_ body: @escaping (Readiness) -> Void) { self.body = body }

    convenience init(once body: @escaping () -> Void) {
        var done = false
        self.init { _ in
            if !done {
                done = true
                body()
            }
        }
    }

    func descriptorReady(_ readiness: Readiness) { body(readiness) }
}
