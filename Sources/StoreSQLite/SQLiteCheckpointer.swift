import Glibc
import LinuxShims
import Store

/// Moves pages from the write-ahead log into the database file, on a thread and a connection of its own, so that no
/// commit waits for it.
///
/// States: idle (waits for the log to grow by `checkpointPages`), moving, restarting, stopped. A passive checkpoint waits
/// for nobody. Only when the log is longer than `maximumLogPages`, because the writer never paused or a reader held on to
/// an old snapshot, the writer has to wait before its next transaction, since one that commits without a pause would leave
/// no moment in which the log can start anew: for what came while all before it was moved, some milliseconds. Errors are left
/// to the next time: the log keeps everything, and a full disk shows itself to the writer.
final class SQLiteCheckpointer: Sendable {
    private struct State {
        var logPages = 0
        /// Pages of the present log that are in the database file.
        var moved = 0
        /// Longer than this the log shall not be.
        var bound: Int
        var isWriting = false
        /// The writer waits before its next transaction.
        var isRestarting = false
        var isStopping = false
        var isStopped = false
    }

    /// How long the writer may be kept waiting for a reader that needs the log, and how long once the log is many times as
    /// long as it shall be.
    private static let patience = Duration.milliseconds(5)
    private static let longPatience = Duration.milliseconds(250)
    /// With no more than so many pages left the writer can wait for them.
    private static let fewPages = 64

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
            return pages > state.bound || pages - state.moved >= checkpointPages
        }
        if isDue { state.change { _ in } }
    }

    /// Called by the writer before each transaction: waits while the log is made to start anew, or when moving it is too slow.
    func transactionBegins() {
        state.wait { state -> Void? in
            let isTooLong = state.logPages > state.bound + maximumLogPages / 2
            if state.isRestarting || isTooLong, !state.isStopping { return nil }
            state.isWriting = true
            return ()
        }
    }

    /// Called by the writer after each transaction, however it ended.
    func transactionEnded() {
        let isAwaited = state.withLock { state in
            state.isWriting = false
            return state.isRestarting
        }
        if isAwaited { state.change { _ in } }
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
        while let isTooLong = next() {
            var result = try? connection.checkpoint(restart: false)
            if isTooLong {
                // Most of it while the writer goes on.
                for _ in 0..<3 {
                    guard let moved = result, moved.logPages - moved.moved > Self.fewPages else { break }
                    result = try? connection.checkpoint(restart: false)
                }
                result = restart(connection) ?? result
            }
            state.change { state in
                // Without success wait for as much again before the next try. The log may have started again since.
                state.moved = min(result?.moved ?? .max, state.logPages)
                if isTooLong { state.bound = state.logPages + maximumLogPages / 4 }
            }
        }
    }

    private func restart(_ connection: SQLiteConnection) -> (logPages: Int, moved: Int)? {
        let logPages = state.change { state in
            state.isRestarting = true
            return state.logPages
        }
        defer { state.change { $0.isRestarting = false } }
        // SQLite would look for the end of the transaction in steps of milliseconds.
        state.wait { $0.isWriting && !$0.isStopping ? nil : () }
        connection.waitForLocks(atMost: logPages > 4 * maximumLogPages ? Self.longPatience : Self.patience)
        return try? connection.checkpoint(restart: true)
    }

    /// Waits for work: whether the log is too long. nil when it is time to stop.
    private func next() -> Bool? {
        state.wait { state -> Bool?? in
            if state.isStopping { return .some(nil) }
            if state.logPages > state.bound { return true }
            return state.logPages - state.moved >= checkpointPages ? false : nil
        }
    }
}
