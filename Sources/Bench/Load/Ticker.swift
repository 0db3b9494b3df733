import EventLoop
import Glibc
import LinuxShims

/// Calls at a steady rate, by a timer of the kernel that is finer than a loop's. Confined to the loop.
///
/// Each call is told when it was meant to be; after a delay the calls that were missed follow at once, each with its
/// own time.
final class Ticker: DescriptorHandler {
    private let descriptor: Int32
    private let interval: UInt64
    private let work: (_ intended: UInt64) -> Void
    private var registration: Registration?
    private var next: UInt64

    init(_ loop: EventLoop, perSecond rate: Double, work: @escaping (_ intended: UInt64) -> Void) throws {
        interval = UInt64(1e9 / rate)
        self.work = work
        next = SystemCall.now() + interval
        descriptor = mado_ticker_create(interval)
        guard descriptor >= 0 else { throw BenchError.system("timerfd") }
        registration = try loop.register(descriptor: descriptor, interest: .read, handler: self)
    }

    deinit {
        stop()
        close(descriptor)
    }

    func stop() {
        registration?.deregister()
        registration = nil
    }

    func descriptorReady(_ readiness: Readiness) {
        var expirations: UInt64 = 0
        guard read(descriptor, &expirations, 8) == 8 else { return }
        let now = SystemCall.now()
        while next <= now, registration != nil {
            let intended = next
            next += interval
            work(intended)
        }
    }
}
