import Glibc

/// The terminal.
enum Terminal {
    /// On the standard error stream.
    static func complain(_ text: String) {
        var line = text + "\n"
        _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
