import Glibc
import LinuxShims
import Store

/// Moves pages from the write-ahead log into the database file, on a thread and a connection of its own, so that no
/// commit waits for it.
///
/// States: idle (waits for the log to grow by `checkpointPages`), moving, stopped. A passive checkpoint waits for
/// nobody. Only when the log is longer than `maximumLogPages`, because the writer never paused or a reader held on to
/// an old snapshot, a restarting one makes the writer wait: a writer that commits without a pause would leave it no
/// moment, and the log would grow for as long as it goes on. Errors are left to the next time: the log keeps
/// everything, and a full disk shows itself to the writer.
final class SQLiteCheckpointer: Sendable {
    private struct State {
        var logPages = 0
        /// Pages of the present log that are in the database file.
        var moved = 0
        /// Longer than this the log shall not be.
        var bound: Int
        /// The writer waits before its next transaction.
        var isRestarting = false
        var isStopping = false
        var isStopped = false
    }

    /// How long the writer may be kept waiting for a reader that needs the log.
    private static let patience = Duration.milliseconds(250)

    private let state: Monitor<State>
    /// Here until the thread takes it.
    private let connection: Monitor<SQLiteConnection?>
    private let checkpointPages: Int
    private let maximumLogPages: Int

    /// Starts the thread; it ends after `stop`.
    init(connection: SQLiteConnection, configuration: SQLiteConfiguration) throws(StoreError) {
        self.connection = Monitor(connection)
        checkpointPages = max(1, configuration.checkpointPages)
        maximumLogPages = max(configuration.maximumLogPages, checkpointPages)
        state = Monitor(State(bound: maximumLogPages))
        let argument = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<SQLiteCheckpointer>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard failure == 0 else {
            argument.release()
            throw .inputOutput("no thread: \(String(cString: strerror(failure)))")
        }
        pthread_detach(thread)
    }

    /// Called by the writer after each commit.
    func logGrew(to pages: Int) {
        let isDue = state.withLock { state in
            // The log started again from its beginning.
            if pages < state.logPages {
                state.moved = 0
                state.bound = maximumLogPages
            }
            state.logPages = pages
            if pages > state.bound { state.isRestarting = true }
            return state.isRestarting || pages - state.moved >= checkpointPages
        }
        if isDue { state.change { _ in } }
    }

    /// Called by the writer before each transaction.
    func waitForRestart() { state.wait { $0.isRestarting && !$0.isStopping ? nil : () } }

    /// Ends the thread and waits for it.
    func stop() {
        state.change { $0.isStopping = true }
        state.wait { $0.isStopped ? () : nil }
    }

    private func run() {
        mado_set_thread_name("checkpoint")
        mado_block_signals()
        work()
        // Now that the connection is closed, or what waits in `stop` would find the store still in use.
        state.change { $0.isStopped = true }
    }

    private func work() {
        guard let connection = connection.withLock({ $0.take() }) else { return }
        connection.waitForLocks(atMost: Self.patience)
        while let isRestarting = next() {
            var result = try? connection.checkpoint(restart: false)
            if isRestarting { result = (try? connection.checkpoint(restart: true)) ?? result }
            state.change { state in
                // Without success wait for as much again before the next try. The log may have started again since.
                state.moved = min(result?.moved ?? .max, state.logPages)
                if isRestarting {
                    state.isRestarting = false
                    state.bound = state.logPages + maximumLogPages
                }
            }
        }
    }

    /// Waits for work: whether the writer waits for it. nil when it is time to stop.
    private func next() -> Bool? {
        state.wait { state -> Bool?? in
            if state.isStopping { return .some(nil) }
            guard state.isRestarting || state.logPages - state.moved >= checkpointPages else { return nil }
            return state.isRestarting
        }
    }
}
