import Glibc
import LinuxShims

/// Runs programs that nobody here wrote, as judges of ours.
///
/// Not Foundation's `Process`: while it starts a child it reads the list of open descriptors into memory of the size
/// that it had a moment before, and crashes when other tests open sockets meanwhile.
package enum ChildProcess {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Result: Sendable {
        /// The exit status; -1 when a signal ended it.
        package let status: Int32
        package let output: [UInt8]
        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Blocks until the program has ended.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - input: the file that it reads; nothing when nil.
    ///   - capturesErrors: whether what it says on standard error is part of the output.
    /// - Throws: `Failure` when it cannot be started.
    package static func run(
        _ program: String, _ arguments: [String], input: String? = nil, capturesErrors: Bool = false
    ) throws -> Result {
        // A file and no pipe, which somebody would have to empty meanwhile.
        var path = Array("/tmp/mado-child-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { throw Failure(description: "no file for the output: \(errno)") }
        defer {
            close(file)
            unlink(path)
        }
        let process = try start(program, arguments, input: input, output: path, capturesErrors: capturesErrors)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let hasExited = status & 0x7F == 0
        return Result(status: hasExited ? (status >> 8) & 0xFF : -1, output: readAll(file))
    }

    private static func start(
        _ program: String, _ arguments: [String], input: String?, output: [CChar], capturesErrors: Bool
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
        if capturesErrors {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        // What other tests have open is not held open by a program that outlives them.
        mado_spawn_close_others(&actions)
        var process: pid_t = 0
        var texts = ([program] + arguments).map { strdup($0) } + [nil]
        var environment = [strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("LC_ALL=C"), nil]
        defer { for text in texts + environment { free(text) } }
        let failure = posix_spawn(&process, program, &actions, nil, &texts, &environment)
        guard failure == 0 else {
            throw Failure(description: "\(program): \(String(cString: strerror(failure)))")
        }
        return process
    }

    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &part, part.count)
            if count > 0 {
                all.append(contentsOf: part[..<count])
            } else if count == 0 || errno != EINTR {
                return all
            }
        }
    }
}
