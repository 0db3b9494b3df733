import Glibc

/// A server that was started for the measurement, with its output in a file. Killed with its owner.
final class ChildProcess {
    let id: pid_t
    let logFile: String
    private var isOver = false

    /// Starts `words`, the first of which is the program's path or name.
    init(_ words: [String], logFile: String) throws(BenchError) {
        self.logFile = logFile
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        // The threads of this program get no signals; a program that inherited that could not be ended in order.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var id = pid_t()
        let failure = posix_spawnp(&id, words[0], &actions, &attributes, arguments, environ)
        guard failure == 0 else { throw BenchError("\(words[0]): \(String(cString: strerror(failure)))") }
        self.id = id
    }

    deinit {
        guard !isOver else { return }
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Whether it still runs.
    var isRunning: Bool {
        guard !isOver else { return false }
        var status: Int32 = 0
        if waitpid(id, &status, WNOHANG) == id { isOver = true }
        return !isOver
    }

    /// Waits until it ends by itself.
    func wait() {
        guard isRunning else { return }
        var status: Int32 = 0
        waitpid(id, &status, 0)
        isOver = true
    }

    /// Ends it in order and waits for that.
    func stop() {
        guard isRunning else { return }
        kill(id, SIGTERM)
        wait()
    }

    /// Its number and those of its children.
    var processes: [pid_t] {
        var all = [id]
        for name in SystemCall.list("/proc") {
            guard let number = pid_t(name), let fields = ProcessUsage.statFields(of: number) else { continue }
            if pid_t(fields[1]) == id { all.append(number) }
        }
        return all
    }

    /// The last lines of its output, for the report of a failure.
    var logTail: String {
        let lines = (SystemCall.read(logFile) ?? "").split(separator: "\n")
        return lines.suffix(10).joined(separator: "\n")
    }
}
