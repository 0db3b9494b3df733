import Server

/// The whole program: a command line in, an exit status out.
enum Program {
    /// 0: done. 1: it failed, and the reason was said. 2: the command line or configuration was wrong.
    static func run(_ words: [String]) -> Int32 {
        let parser = CommandParser(root: MadoCommand.specification)
        let command: ParsedCommand
        do throws(CommandLineError) {
            command = try parser.parse(words)
        } catch {
            TerminalOutput.complain("mado: \(error.reason)")
            TerminalOutput.complain("Try `\((["mado"] + error.path).joined(separator: " ")) --help`.")
            return 2
        }
        if command.wantsHelp {
            TerminalOutput.say(CommandHelp.text(for: parser.specification(of: command.path), path: command.path))
            return 0
        }
        do {
            return try run(command)
        } catch let error as ConfigurationErrors {
            for line in error.all { TerminalOutput.complain("mado: \(line)") }
            return 2
        } catch {
            TerminalOutput.complain("mado: \(error)")
            return 1
        }
    }

    private static func run(_ command: ParsedCommand) throws -> Int32 {
        switch command.path.first {
        case "serve": try ServeCommand.run(command)
        case "member": try MemberCommand.run(command)
        case "notice": try NoticeCommand.run(command)
        case "room": try RoomCommand.run(command)
        case "media": try MediaCommand.run(command)
        case "token": try TokenCommand.run(command)
        case "provider": try ProviderCommand.run(command)
        case "portal": try PortalCommand.run(command)
        case "report": try ReportCommand.run(command)
        case "second-server": try SecondServerCommand.run(command)
        case "channel": try ChannelCommand.run(command)
        case "announce": try AnnounceCommand.run(command)
        case "app": try AppCommand.run(command)
        case "instruct": try InstructCommand.run(command)
        case "doctor": return DoctorCommand.run(command)
        case "config": try ConfigCommand.run(command)
        default: TerminalOutput.say("mado \(ServerVersion.string)")
        }
        return 0
    }
}
