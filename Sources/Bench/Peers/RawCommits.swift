import Glibc
import Synchronization

/// SQLite without a server around it: threads that each hand a row to one writer and wait until it is on the disk.
/// The writer commits all that is pending in one transaction.
final class RawCommits {
    private let database: RawDatabase

    /// - Parameters:
    ///   - folder: where the database is made.
    ///   - row: what each row holds.
    init(folder: String, row: [UInt8], shape: RawDatabase.Shape = .bytes) throws(BenchError) {
        database = try RawDatabase(path: folder + "/\(shape).db", row: row, shape: shape)
    }

    /// Has `writers` threads write row after row. Blocks the calling thread.
    func round(writers: Int, warmUp: Duration, duration: Duration) throws -> RoundFigures {
        let queue = RawCommitQueue(writers: writers)
        let database = self.database
        let writer = try RawThread { queue.serve(database) }
        let clients = try (0..<writers).map { number in try RawThread { queue.write(as: number) } }
        Self.sleep(warmUp)
        queue.beginWindow()
        let start = SystemCall.now()
        let cpuBefore = Self.ownCPU()
        Self.sleep(duration)
        let window = queue.takeWindow()
        let seconds = Double(SystemCall.now() - start) / 1e9
        let cpu = Self.ownCPU() - cpuBefore
        queue.stop()
        for client in clients { client.join() }
        queue.end()
        writer.join()
        if let failure = queue.failure { throw failure }
        guard window.count > 0 else { throw BenchError("no commit within a round") }
        return RoundFigures(
            cpu: cpu / Double(window.count), perSecond: Double(window.count) / seconds,
            p50: Double(window.quantile(0.5)), p99: Double(window.quantile(0.99)))
    }

    /// Commits of one row each at a steady rate, each timed from when it was meant to begin. Blocks the calling thread.
    func paced(perSecond rate: Double, duration: Duration) throws(BenchError) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        let interval = UInt64(1e9 / rate)
        let count = Int(
            Double(duration.components.seconds) * rate + Double(duration.components.attoseconds) / 1e18 * rate)
        var intended = SystemCall.now()
        for _ in 0..<max(1, count) {
            intended += interval
            var time = timespec(tv_sec: Int(intended / 1_000_000_000), tv_nsec: Int(intended % 1_000_000_000))
            clock_nanosleep(CLOCK_MONOTONIC, 1, &time, nil)
            try database.commit(rows: 1)
            histogram.record(SystemCall.now() - intended)
        }
        return histogram
    }

    /// User and system time of this process, in microseconds.
    private static func ownCPU() -> Double { ProcessUsage.cpu(of: [getpid()]) }

    private static func sleep(_ duration: Duration) {
        usleep(UInt32(duration / .microseconds(1)))
    }
}
