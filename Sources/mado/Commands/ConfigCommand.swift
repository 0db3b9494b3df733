/// `mado config`
enum ConfigCommand {
    /// - Throws: `ConfigurationErrors`
    static func run(_ command: ParsedCommand) throws(ConfigurationErrors) {
        if command.path.last == "example" {
            TerminalOutput.say(ConfigurationExample.text(), terminator: "")
        } else {
            _ = try CommandConfiguration.load(for: command)
            TerminalOutput.say("The configuration is right.")
        }
    }
}
