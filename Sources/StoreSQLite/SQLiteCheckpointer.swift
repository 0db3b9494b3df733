import Glibc
import LinuxShims
import Store

/// Moves pages from the write-ahead log into the database file, on a thread and a connection of its own, so that no
/// commit waits for it.
///
/// States: idle (waits for the log to grow by `checkpointPages`), moving, stopped. A passive checkpoint waits for
/// nobody. Only when the log is longer than `maximumLogPages`, because the writer never paused or a reader held on to
/// an old snapshot, a restarting one makes the writer wait. Errors are left to the next time: the log keeps
/// everything, and a full disk shows itself to the writer.
final class SQLiteCheckpointer: Sendable {
    private struct State {
        var logPages = 0
        /// Pages of the present log that are in the database file.
        var moved = 0
        var isStopping = false
        var isStopped = false
    }

    private let state = Monitor(State())
    /// Here until the thread takes it.
    private let connection: Monitor<SQLiteConnection?>
    private let checkpointPages: Int
    private let maximumLogPages: Int

    /// Starts the thread; it ends after `stop`.
    init(connection: SQLiteConnection, configuration: SQLiteConfiguration) throws(StoreError) {
        self.connection = Monitor(connection)
        checkpointPages = max(1, configuration.checkpointPages)
        maximumLogPages = max(configuration.maximumLogPages, checkpointPages)
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
            if pages < state.logPages { state.moved = 0 }
            state.logPages = pages
            return pages - state.moved >= checkpointPages
        }
        if isDue { state.change { _ in } }
    }

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
        while let logPages = next() {
            var result = try? connection.checkpoint(restart: false)
            if logPages > maximumLogPages { result = (try? connection.checkpoint(restart: true)) ?? result }
            state.withLock { state in
                // Without success wait for as much again before the next try. The log may have started again since.
                state.moved = min(result?.moved ?? .max, state.logPages)
            }
        }
    }

    /// Waits for work; nil when it is time to stop.
    private func next() -> Int? {
        state.wait { state -> Int?? in
            if state.isStopping { return .some(nil) }
            guard state.logPages - state.moved >= checkpointPages else { return nil }
            return state.logPages
        }
    }
}
