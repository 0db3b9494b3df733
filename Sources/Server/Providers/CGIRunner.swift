import EventLoop
import Glibc
import LinuxShims

/// Runs CGI programs, a number at once; more wait in order.
///
/// A program runs behind `mado-launcher`, which limits it, gives it a process group of its own and leaves nothing of it
/// behind, whatever it forks. There is no shell, no descriptor and no variable of the server's. When the server ends,
/// by whatever cause, the kernel ends the launcher and the program.
package final class CGIRunner: Sendable {
    package struct Settings: Sendable {
        /// How many run at once.
        package var simultaneous = 4
        /// User and group that programs run as; nil for the server's own. Needs the rights of root.
        package var user: (id: UInt32, group: UInt32)?
        /// Processes that this user may have; nil without a user of their own: the limit counts all of a user's.
        package var processes = 64

        package init() {}
    }

    /// Files that a program may have open.
    private static let descriptors = 256
    /// What is kept of standard error, in bytes.
    private static let maximumErrors = 4_096

    private let launcher: String
    private let settings: Settings
    private let pool: BlockingPool

    /// `mado-launcher` beside this program.
    package static var installedLauncher: String { SystemFile.besideThisProgram("mado-launcher") }

    /// - Parameter launcher: where `mado-launcher` is.
    package init(launcher: String, settings: Settings = Settings()) {
        self.launcher = launcher
        self.settings = settings
        pool = BlockingPool(threads: settings.simultaneous, name: "cgi")
    }

    /// Runs a program and returns what it answered.
    /// - Throws: ``CGIError``, also when it ends with another status than 0.
    package func run(_ program: CGIProgram, _ request: CGIRequest) async throws -> CGIResponse {
        let (output, errors) = try await pool.run { [self] in try start(program, request) }
        var response = try CGIResponse(parsing: output)
        response.errors = errors
        return response
    }

    /// Blocks until the program is over.
    private func start(_ program: CGIProgram, _ request: CGIRequest) throws(CGIError) -> ([UInt8], String) {
        guard program.path.hasPrefix("/"), access(program.path, X_OK) == 0 else {
            throw .cannotStart("\(program.path): \(program.path.hasPrefix("/") ? Self.reason : "not an absolute path")")
        }
        guard let input = Pipe(), let output = Pipe(), let errors = Pipe() else { throw .cannotStart(Self.reason) }
        let words = [launcher] + order(program)
        let process = CStrings.with(words) { words in
            CStrings.with(request.environment) { variables in
                mado_spawn_program(launcher, words, variables, input.reading, output.writing, errors.writing)
            }
        }
        guard process > 0 else { throw .cannotStart("\(launcher): \(Self.reason)") }
        input.closeReading()
        output.closeWriting()
        errors.closeWriting()
        let deadline = ContinuousClock.now + program.limits.time
        var exchange = CGIExchange(
            input: input, output: output, errors: errors, body: request.body, maximumOutput: program.limits.output,
            maximumErrors: Self.maximumErrors)
        let end = exchange.run(until: deadline)
        if end != .finished { kill(process, SIGTERM) }
        // The launcher gives a program two seconds of grace.
        let status = mado_wait_process(process, 5_000)
        let text = Self.text(exchange.errorsRead)
        switch end {
        case .finished where status == 0: return (exchange.outputRead, text)
        case .finished where status == 126: throw .cannotStart(text)
        case .finished: throw .failed(status: status > 128 ? 128 - status : status, errors: text)
        case .tooMuch: throw .tooMuchOutput(limit: program.limits.output)
        case .late: throw .timedOut(after: program.limits.time)
        }
    }

    /// The launcher's arguments: see there.
    private func order(_ program: CGIProgram) -> [String] {
        let folder = program.path.lastIndex(of: "/").map { String(program.path[..<$0]) } ?? ""
        let processes = settings.user == nil ? -1 : settings.processes
        return [
            String(getpid()), String(max(1, program.limits.processorTime.components.seconds)),
            String(program.limits.memory), String(program.limits.file), String(processes), String(Self.descriptors),
            String(settings.user.map { Int64($0.id) } ?? -1), String(settings.user.map { Int64($0.group) } ?? -1),
            folder.isEmpty ? "/" : folder, program.path,
        ]
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map { FeedItem.line(String($0)) }.joined(separator: "\n")
    }
}
