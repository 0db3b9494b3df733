import Glibc

/// Text for the person at the terminal.
enum TerminalOutput {
    /// To standard output.
    static func say(_ text: String, terminator: String = "\n") { write(text + terminator, to: STDOUT_FILENO) }
    /// To standard error, with a line feed.
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more (a closed pipe): there is nobody left to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
