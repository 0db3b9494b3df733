import Glibc
import LinuxShims

/// One thread that waits for descriptors and timers, and runs the jobs of tasks that prefer it.
///
/// A turn: wait (not at all if work is pending), events, due timers, a slice of the pending work, then those who
/// asked for the turn's end. Work is cut off after `sliceNanoseconds` so that descriptors are looked at again. A
/// loop with nothing to do sleeps in the kernel until the next timer; there is no tick.
///
/// `@unchecked Sendable`: the inbox is locked, the rest is confined to the loop's thread.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// How long work may run before descriptors are looked at, unless a single piece takes longer.
    private static let sliceNanoseconds: UInt64 = 2_000_000

    /// The place in its group, from 0.
    package let index: Int
    private let name: String
    private let clock: LoopClock
    private let poll: Epoll
    private let inbox = LoopInbox()
    private var thread = pthread_t()

    var timers = TimerQueue()
    private var ready: [LoopWork] = []
    private var readyStart = 0
    private var turnEnd: [any TurnEndHandler] = []
    private var spareTurnEnd: [any TurnEndHandler] = []
    /// The clock as read in this turn.
    package private(set) var turnTime: MonotonicTime

    /// Starts the thread.
    /// - Throws: `EventLoopError` if descriptors or threads have run out.
    init(index: Int, name: String, clock: LoopClock) throws(EventLoopError) {
        self.index = index
        self.name = name
        self.clock = clock
        poll = try Epoll()
        turnTime = clock.now()
        if case .driven(let driven) = clock { driven.attach(self) }
        let start = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        guard failure == 0 else {
            start.release()
            throw .systemCall("pthread_create", errno: failure)
        }
    }

    /// The loop whose thread is the calling one.
    package static var current: EventLoop? {
        guard let value = mado_thread_value() else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(value).takeUnretainedValue()
    }

    /// Whether the calling thread is the loop's.
    package var isCurrent: Bool {
        mado_thread_value() == Unmanaged.passUnretained(self).toOpaque()
    }

    /// The time on the loop's clock. Any thread.
    package func now() -> MonotonicTime {
        clock.now()
    }

    /// Has the loop do `work` later, never before this returns; in order for the calls of one thread. Any thread.
    package func execute(_ work: @escaping @Sendable () -> Void) {
        put(.closure(work))
    }

    /// Does `work` on the loop after `delay`. Any thread.
    @discardableResult
    package func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> LoopTimer {
        let timer = LoopTimer(loop: self, deadline: now() + delay, work: work)
        if isCurrent {
            timers.insert(timer)
        } else {
            execute { timer.move(to: timer.deadline) }
        }
        return timer
    }

    /// A timer that is not set yet, for work that stays on the loop and a deadline that moves. On the loop only.
    package func timer(_ work: @escaping () -> Void) -> LoopTimer {
        assert(isCurrent)
        return LoopTimer(loop: self, deadline: .distantFuture, work: work)
    }

    /// Has `handler` called when `descriptor` is ready. On the loop only.
    /// - Throws: `EventLoopError` if the kernel refuses: no memory, or a descriptor that cannot be waited for.
    package func register(
        descriptor: Int32, interest: Interest, handler: any DescriptorHandler
    ) throws(EventLoopError) -> Registration {
        assert(isCurrent)
        return try poll.add(descriptor, interest, handler)
    }

    /// Has `handler` called once when this turn ends. On the loop only.
    package func atTurnEnd(_ handler: any TurnEndHandler) {
        assert(isCurrent)
        turnEnd.append(handler)
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        put(.job(UnownedJob(job)))
    }

    // MARK: The thread

    private func put(_ work: LoopWork) {
        if isCurrent {
            ready.append(work)
        } else if inbox.put(work) {
            poll.wake()
        }
    }

    /// Ends the thread after what was handed to it so far, and waits for that. Not on a loop.
    func stop() {
        precondition(EventLoop.current == nil, "a loop cannot wait for a loop")
        if inbox.stop() { poll.wake() }
        pthread_join(thread, nil)
        if case .driven(let driven) = clock { driven.detach(self) }
    }

    private func run() {
        mado_set_thread_value(Unmanaged.passUnretained(self).toOpaque())
        mado_set_thread_name(name)
        mado_block_signals()
        mado_shorten_slice()
        while true {
            let events = poll.wait(milliseconds: timeout())
            turnTime = clock.now()
            poll.dispatch(events)
            fireTimers()
            let stopping = inbox.take(into: &ready)
            runSlice()
            endTurn()
            if stopping, ready.isEmpty, turnEnd.isEmpty { break }
        }
        poll.removeAll()
        timers = TimerQueue()
        mado_set_thread_value(nil)
    }

    /// How long to sleep: not at all with work pending, for ever without a timer; rounded up, so that no timer is
    /// early.
    private func timeout() -> Int32 {
        guard ready.isEmpty, turnEnd.isEmpty, inbox.prepareToSleep() else { return 0 }
        guard let next = timers.nextTime() else { return -1 }
        let now = clock.now()
        guard next > now else { return 0 }
        if case .driven = clock { return -1 }
        return Int32(clamping: (next.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }

    /// For a driven clock, which moves within a turn.
    func runDueTimers() {
        turnTime = clock.now()
        fireTimers()
    }

    private func fireTimers() {
        while let timer = timers.popDue(at: turnTime) {
            timer.fire()
        }
    }

    private func runSlice() {
        guard !ready.isEmpty else { return }
        var end: UInt64 = 0
        let executor = asUnownedTaskExecutor()
        var count = 0
        while readyStart < ready.count {
            var work = LoopWork.done
            swap(&work, &ready[readyStart])
            readyStart += 1
            switch work {
            case .job(let job): job.runSynchronously(on: executor)
            case .closure(let closure): closure()
            case .done: break
            }
            count += 1
            if count & 15 == 0 {
                // Reading the clock costs as much as a small job.
                let now = LoopClock.system.now().nanoseconds
                if end == 0 { end = now &+ EventLoop.sliceNanoseconds }
                if now >= end { break }
            }
        }
        if readyStart == ready.count {
            ready.removeAll(keepingCapacity: ready.capacity <= 4096)
            readyStart = 0
        } else if readyStart >= 4096 {
            ready.removeFirst(readyStart)
            readyStart = 0
        }
    }

    private func endTurn() {
        guard !turnEnd.isEmpty else { return }
        swap(&turnEnd, &spareTurnEnd)
        for handler in spareTurnEnd { handler.turnEnded() }
        spareTurnEnd.removeAll(keepingCapacity: true)
    }
}
