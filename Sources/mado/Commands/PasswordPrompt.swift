import Glibc

/// Asks for a password at the terminal without showing it; where there is no terminal, takes a line of standard input.
enum PasswordPrompt {
    /// - Parameter twice: whether a person has to repeat it.
    /// - Throws: `AdminError` when there is none, or the two differ.
    static func read(twice: Bool) throws(AdminError) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(), !line.isEmpty else {
                throw AdminError(description: "no password on standard input")
            }
            return line
        }
        let password = ask("Password: ")
        if twice, ask("Again: ") != password { throw AdminError(description: "the passwords differ") }
        if password.isEmpty { throw AdminError(description: "no password was given") }
        return password
    }

    private static func ask(_ question: String) -> String {
        TerminalOutput.say(question, terminator: "")
        var settings = termios()
        let isKnown = tcgetattr(STDIN_FILENO, &settings) == 0
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
        let line = readLine() ?? ""
        var restored = before
        if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored) }
        TerminalOutput.say("")
        return line
    }
}
