import LinuxShims
import Synchronization

/// Several loops, one per core unless told otherwise.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// Starts the loops' threads.
    /// - Parameter count: nil for one per core that the process may use.
    /// - Throws: `EventLoopError` if descriptors or threads have run out; nothing is left running then.
    package init(count: Int? = nil, name: String = "loop", clock: LoopClock = .system) throws(EventLoopError) {
        var started: [EventLoop] = []
        for index in 0..<max(1, count ?? Int(mado_available_cores())) {
            do {
                started.append(try EventLoop(index: index, name: "\(name)-\(index)", clock: clock))
            } catch {
                for loop in started { loop.stop() }
                throw error
            }
        }
        loops = started
    }

    /// The loops in turn. Any thread.
    package func next() -> EventLoop {
        loops[Int(turn.wrappingAdd(1, ordering: .relaxed).oldValue.magnitude % UInt(loops.count))]
    }

    /// Has every loop finish what was handed to it, and waits for their threads to end. Not on a loop, and once.
    package func shutdown() {
        for loop in loops { loop.stop() }
    }
}
