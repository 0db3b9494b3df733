import Synchronization

/// What the threads of `RawCommits` share: who waits for its row, and what was done. Any thread.
final class RawCommitQueue: Sendable {
    private struct State {
        var pending: [Int] = []
        var starts: [UInt64]
        var window = LatencyHistogram()
        var isCounting = false
        var isStopping = false
        var isEnded = false
        var failure: BenchError?
    }

    private let state: Mutex<State>
    private let arrived = Gate()
    private let durable: [Gate]

    init(writers: Int) {
        state = Mutex(State(starts: Array(repeating: 0, count: writers)))
        durable = (0..<writers).map { _ in Gate() }
    }

    /// The first failure of the writer.
    var failure: BenchError? { state.withLock { $0.failure } }

    /// Starts to count.
    func beginWindow() { state.withLock { $0.isCounting = true } }

    /// How long each row took since.
    func takeWindow() -> LatencyHistogram {
        state.withLock { state in
            state.isCounting = false
            return state.window
        }
    }

    /// No more rows from the threads.
    func stop() { state.withLock { $0.isStopping = true } }

    /// The writer ends when nothing is pending.
    func end() {
        state.withLock { $0.isEnded = true }
        arrived.open()
    }

    /// One thread's life.
    func write(as number: Int) {
        while true {
            let (isOver, isFirst) = state.withLock { state in
                if state.isStopping || state.failure != nil { return (true, false) }
                state.starts[number] = SystemCall.now()
                state.pending.append(number)
                return (false, state.pending.count == 1)
            }
            if isOver { return }
            if isFirst { arrived.open() }
            durable[number].wait()
        }
    }

    /// The writer's life.
    func serve(_ database: RawDatabase) {
        while true {
            let (batch, isOver) = state.withLock { state in
                let batch = state.pending
                state.pending = []
                return (batch, batch.isEmpty && state.isEnded)
            }
            if isOver { return }
            guard !batch.isEmpty else {
                arrived.wait()
                continue
            }
            do {
                try database.commit(rows: batch.count)
            } catch {
                state.withLock { $0.failure = error }
            }
            finish(batch)
        }
    }

    private func finish(_ batch: [Int]) {
        let now = SystemCall.now()
        state.withLock { state in
            guard state.isCounting else { return }
            for number in batch { state.window.record(now - state.starts[number]) }
        }
        for number in batch { durable[number].open() }
    }
}
