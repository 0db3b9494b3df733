import EventLoop
import Glibc
import LinuxShims
import Synchronization

/// A program of another project that runs beside the server as long as that does: started, watched, started again when it
/// ends, and ended with the server, by whatever cause that ends.
///
/// It runs behind `mado-launcher`, so that nothing of it is left behind. What it writes goes into the server's log. When it
/// ends, it is started again after 1, 2, 4 … 60 seconds; when it had lasted a minute, after one again.
package final class CompanionProcess: Sendable {
    package struct Order: Sendable {
        let program: String
        let arguments: [String]
        let folder: String
        /// Whether it serves; asked again and again after the start until it is so.
        let isReady: @Sendable () -> Bool
    }

    package enum State: Sendable, Equatable {
        /// It is not there, and will not be started.
        case absent
        case starting
        case running
        /// Waits to be started again.
        case ended
    }

    private struct Inner {
        var state = State.absent
        /// The launcher's number.
        var process: Int32?
        var isStopping = false
    }

    private static let longestPause: Int32 = 60_000
    private static let readyPause: Int32 = 50
    /// How long it may take until it serves.
    private static let readyTime = Duration.seconds(20)
    private static let longestLine = 1_000

    private let name: String
    private let launcher: String
    private let log: Log
    /// Milliseconds.
    private let firstPause: Int32
    private let prepare: @Sendable () throws -> Order
    private let changed: @Sendable (State) -> Void
    private let inner = Mutex(Inner())
    private let wake = mado_wake_create()
    /// Its one thread does nothing but this.
    private let pool: BlockingPool

    /// - Parameters:
    ///   - prepare: makes what it needs, before each start. On the thread that watches it.
    ///   - changed: told of each new state, on that thread.
    package init(
        name: String, launcher: String, log: Log, firstPause: Duration = .seconds(1),
        prepare: @escaping @Sendable () throws -> Order, changed: @escaping @Sendable (State) -> Void
    ) {
        self.name = name
        self.launcher = launcher
        self.log = log.area(name)
        self.firstPause = Int32(firstPause.milliseconds)
        self.prepare = prepare
        self.changed = changed
        pool = BlockingPool(threads: 1, name: name)
    }

    deinit { close(wake) }

    package var state: State { inner.withLock { $0.state } }

    /// Begins; the program is there some time later.
    package func start() {
        pool.submit { [self] in run() }
    }

    /// Ends it. Returns when it is gone.
    package func stop() async {
        inner.withLock { inner in
            inner.isStopping = true
            if let process = inner.process { kill(process, SIGTERM) }
        }
        mado_wake(wake)
        // The one thread comes to this when it is done with the program.
        _ = try? await pool.run {}
    }

    private var isStopping: Bool { inner.withLock { $0.isStopping } }

    private func enter(_ state: State) {
        inner.withLock { $0.state = state }
        changed(state)
    }

    // MARK: The thread

    private func run() {
        var pause = firstPause
        while !isStopping {
            let began = ContinuousClock.now
            enter(.starting)
            do {
                try runOnce(try prepare())
            } catch {
                log.error("\(name) cannot be started", ["reason": "\(error)"])
            }
            guard !isStopping else { break }
            if ContinuousClock.now - began > .seconds(60) { pause = firstPause }
            enter(.ended)
            log.warning("\(name) ended and is started again", ["in": "\(pause) ms"])
            wait(pause, nil)
            pause = min(pause * 2, Self.longestPause)
        }
        enter(.absent)
    }

    private struct CannotStart: Error, CustomStringConvertible {
        let description: String
    }

    private func runOnce(_ order: Order) throws {
        guard let output = Pipe() else { throw CannotStart(description: String(cString: strerror(errno))) }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(nothing) }
        let limits = Array(repeating: "-1", count: 7)
        let words = [launcher, String(getpid())] + limits + [order.folder, order.program] + order.arguments
        let process = CStrings.with(words) { words in
            CStrings.with(["PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=\(order.folder)"]) { variables in
                mado_spawn_program(launcher, words, variables, nothing, output.writing, output.writing)
            }
        }
        guard process > 0 else {
            throw CannotStart(description: "\(launcher): \(String(cString: strerror(errno)))")
        }
        output.closeWriting()
        // A stop that came before the number was known.
        inner.withLock { inner in
            inner.process = process
            if inner.isStopping { kill(process, SIGTERM) }
        }
        watch(output, order)
        let status = mado_wait_process(process, 5_000)
        inner.withLock { $0.process = nil }
        if !isStopping { log.warning("\(name) ended", ["status": String(status)]) }
    }

    /// Reads what it writes until it has ended.
    private func watch(_ output: Pipe, _ order: Order) {
        var isReady = false
        let deadline = ContinuousClock.now + Self.readyTime
        var line: [UInt8] = []
        while true {
            if !isReady, !isStopping {
                if order.isReady() {
                    isReady = true
                    log.info("\(name) runs")
                    enter(.running)
                } else if ContinuousClock.now > deadline {
                    log.error("\(name) does not serve; it is ended")
                    inner.withLock { inner in if let process = inner.process { kill(process, SIGTERM) } }
                    isReady = true
                }
            }
            wait(isReady ? -1 : Self.readyPause, output)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = read(output.reading, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else { continue }
            for byte in buffer[..<count] {
                if byte == UInt8(ascii: "\n") || line.count > Self.longestLine {
                    report(line)
                    line = []
                } else if byte >= 0x20 {
                    line.append(byte)
                }
            }
        }
        report(line)
    }

    private func report(_ line: [UInt8]) {
        guard !line.isEmpty else { return }
        let text = String(decoding: line, as: UTF8.self)
        if text.contains("ERROR") || text.contains("[FATAL]") || text.contains("[ERR]") {
            log.warning("\(name): \(text)")
        } else {
            log.debug("\(name): \(text)")
        }
    }

    /// Until there is something to read, somebody stops it, or so many milliseconds are over.
    private func wait(_ milliseconds: Int32, _ output: Pipe?) {
        var descriptors = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: output?.reading ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        // Once it is stopped only the output counts: the program's end shows there.
        if isStopping, output != nil { descriptors[0].fd = -1 }
        poll(&descriptors, 2, milliseconds)
    }
}
