import Glibc
import LinuxShims

/// What passes between the server and a program while it runs: the body one way, output and errors the other.
struct CGIExchange: ~Copyable {
    enum End: Equatable {
        /// The program closed both, or is gone.
        case finished
        case tooMuch
        case late
    }

    private let input: Pipe
    private let output: Pipe
    private let errors: Pipe
    private var body: ArraySlice<UInt8>
    private let maximumOutput: Int
    private let maximumErrors: Int
    private(set) var outputRead: [UInt8] = []
    private(set) var errorsRead: [UInt8] = []

    init(
        input: Pipe, output: Pipe, errors: Pipe, body: [UInt8], maximumOutput: Int, maximumErrors: Int
    ) {
        self.input = input
        self.output = output
        self.errors = errors
        self.body = body[...]
        self.maximumOutput = maximumOutput
        self.maximumErrors = maximumErrors
    }

    /// Blocks until it is over, one way or another.
    mutating func run(until deadline: ContinuousClock.Instant) -> End {
        if body.isEmpty { input.closeWriting() }
        while output.reading >= 0 || errors.reading >= 0 {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return .late }
            var waiting = [
                pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.reading, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waiting, nfds_t(waiting.count), Int32(min(left.rounded(.up), 3_600_000))) >= 0 else { continue }
            if waiting[0].revents != 0 { write() }
            if waiting[1].revents != 0, let bytes = Self.read(output) {
                guard outputRead.count + bytes.count <= maximumOutput else { return .tooMuch }
                outputRead += bytes
            }
            if waiting[2].revents != 0, let bytes = Self.read(errors) {
                errorsRead += bytes.prefix(max(0, maximumErrors - errorsRead.count))
            }
        }
        return .finished
    }

    private mutating func write() {
        let count = body.withUnsafeBytes { Glibc.write(input.writing, $0.baseAddress, $0.count) }
        if count > 0 { body = body.dropFirst(count) }
        // A program need not read what it is given.
        if body.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { input.closeWriting() }
    }

    /// What there is; nil, with the end closed, when nothing more comes.
    private static func read(_ pipe: Pipe) -> ArraySlice<UInt8>? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(pipe.reading, &buffer, buffer.count)
        if count > 0 { return buffer[..<count] }
        if count == 0 || (errno != EAGAIN && errno != EINTR) { pipe.closeReading() }
        return nil
    }
}

/// A pipe, closed with the object. Both ends are closed in programs that are started, and our ends do not block.
///
/// `@unchecked Sendable`: used by the one thread that made it.
final class Pipe: @unchecked Sendable {
    /// -1 when it is closed.
    private(set) var reading: Int32
    private(set) var writing: Int32

    /// nil, with `errno`, when there are no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard mado_pipe(&ends) == 0 else { return nil }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        closeReading()
        closeWriting()
    }

    /// Our end is the writing one from here on.
    func closeReading() {
        if reading >= 0 { close(reading) }
        reading = -1
        if writing >= 0 { _ = fcntl(writing, F_SETFL, O_NONBLOCK) }
    }

    /// Our end is the reading one from here on.
    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
        if reading >= 0 { _ = fcntl(reading, F_SETFL, O_NONBLOCK) }
    }
}

/// Strings for C: an array that ends with nil.
enum CStrings {
    static func with<T>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
    ) -> T {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("an array of at least one") }
            return body(start)
        }
    }
}
