import Dispatch
import Glibc
internal import LinuxShims
import Synchronization

/// Tells when the computer's addresses or routes change: it came into a network, left one, or woke up.
///
/// `@unchecked Sendable`: a dispatch source may be cancelled on any thread.
package final class NetworkMonitor: @unchecked Sendable {
    /// One change comes as a dozen messages; they are told as one when this much has passed.
    private static let settling = DispatchTimeInterval.milliseconds(500)

    private let source: any DispatchSourceRead

    /// nil where the kernel does not tell.
    /// - Parameter onChange: called on a queue of the monitor.
    package init?(onChange: @escaping @Sendable () -> Void) {
        let descriptor = mado_network_changes_open()
        guard descriptor >= 0 else { return nil }
        let queue = DispatchQueue(label: "mado-network-monitor")
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        let pending = Pending()
        source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while read(descriptor, &bytes, bytes.count) > 0 {}
            guard pending.begin() else { return }
            queue.asyncAfter(deadline: .now() + Self.settling) {
                pending.end()
                onChange()
            }
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit { source.cancel() }

    /// Whether a change waits to be told.
    private final class Pending: Sendable {
        private let isPending = Atomic<Bool>(false)

        func begin() -> Bool { !isPending.exchange(true, ordering: .acquiringAndReleasing) }
        func end() { isPending.store(false, ordering: .releasing) }
    }
}
