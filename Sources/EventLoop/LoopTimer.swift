/// Work that a loop does once at a time to come. Made by `EventLoop.schedule`.
///
/// `@unchecked Sendable`: all stored state is confined to the loop; `cancel` hops there when called elsewhere.
package final class LoopTimer: @unchecked Sendable {
    private let loop: EventLoop
    private var work: (() -> Void)?
    /// When the work is due.
    package private(set) var deadline: MonotonicTime
    /// The place in the loop's queue, -1 when not in it.
    var position = -1

    init(loop: EventLoop, deadline: MonotonicTime, work: (() -> Void)?) {
        self.loop = loop
        self.deadline = deadline
        self.work = work
    }

    /// The work will not be done, unless it has begun. Any thread; off the loop it takes effect when the loop gets to
    /// it.
    package func cancel() {
        guard loop.isCurrent else {
            loop.execute { self.cancel() }
            return
        }
        work = nil
        loop.timers.remove(self)
    }

    /// Makes it due at another time, also after it has fired. On the loop only. Moving a deadline back costs nothing:
    /// the queue looks at the new one when the old one comes.
    package func move(to deadline: MonotonicTime) {
        assert(loop.isCurrent)
        guard work != nil else { return }
        self.deadline = deadline
        loop.timers.moved(self)
    }

    func fire() {
        work?()
    }
}
