import Glibc
import Synchronization

/// Where lines of the log go: a file descriptor, one `write` a line, so that lines of several threads never mix.
///
/// The level can be changed at any time from any thread.
package final class LogSink: Sendable {
    private let threshold: Atomic<UInt8>
    private let format: LogFormat
    private let write: @Sendable ([UInt8]) -> Void
    private let clock: WallClock

    /// A sink on the standard error stream.
    package convenience init(_ settings: LogSettings) {
        self.init(level: settings.level, format: settings.format) { line in
            // A log that cannot be written must not stop the server: what write says is left aside.
            _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    /// - Parameters:
    ///   - write: takes a finished line with its line feed; called on the thread that logs.
    package init(
        level: LogLevel, format: LogFormat, clock: WallClock = .system,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        threshold = Atomic(level.rank)
        self.format = format
        self.clock = clock
        self.write = write
    }

    package func setLevel(_ level: LogLevel) { threshold.store(level.rank, ordering: .relaxed) }
    package func passes(_ level: LogLevel) -> Bool { level.rank >= threshold.load(ordering: .relaxed) }

    func line(_ level: LogLevel, _ message: String, request: UInt64?, fields: [(String, String)]) {
        let time = Timestamp.text(clock.now)
        var line: [UInt8] = []
        line.reserveCapacity(96 + message.utf8.count)
        switch format {
        case .text: Self.appendText(to: &line, time, level, message, request, fields)
        case .json: Self.appendJSON(to: &line, time, level, message, request, fields)
        }
        line.append(UInt8(ascii: "\n"))
        write(line)
    }
}
