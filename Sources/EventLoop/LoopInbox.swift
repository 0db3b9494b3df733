import Synchronization

/// One piece of work for a loop.
enum LoopWork {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
    /// Done, and nothing is held on to.
    case done
}

/// What other threads hand to a loop. Any thread.
///
/// `awake` says that the loop will look here before it sleeps, so that a burst of work costs one wake-up, and
/// work for a busy loop none.
struct LoopInbox: ~Copyable {
    struct State {
        var work: [LoopWork] = []
        var awake = true
        var stopped = false
    }

    private let state = Mutex(State())

    /// Returns whether the caller has to wake the loop.
    func put(_ work: LoopWork) -> Bool {
        state.withLock { state in
            state.work.append(work)
            defer { state.awake = true }
            return !state.awake
        }
    }

    /// Returns whether the caller has to wake the loop.
    func stop() -> Bool {
        state.withLock { state in
            state.stopped = true
            defer { state.awake = true }
            return !state.awake
        }
    }

    /// Moves everything to the end of `ready`. Returns whether the loop was told to stop.
    func take(into ready: inout [LoopWork]) -> Bool {
        state.withLock { state in
            state.awake = true
            if !state.work.isEmpty {
                if ready.isEmpty {
                    // Both arrays keep their storage.
                    swap(&ready, &state.work)
                } else {
                    ready.append(contentsOf: state.work)
                    state.work.removeAll(keepingCapacity: state.work.count <= 4096)
                }
            }
            return state.stopped
        }
    }

    /// Returns false if there is something to do; else whoever puts something in will wake the loop.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            guard state.work.isEmpty, !state.stopped else { return false }
            state.awake = false
            return true
        }
    }
}
