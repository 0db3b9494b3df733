/// What `--help` prints.
enum CommandHelp {
    static func text(for command: CommandSpecification, path: [String]) -> String {
        let full = (["mado"] + path).joined(separator: " ")
        var usage = full
        if !command.options.isEmpty { usage += " [options]" }
        for argument in command.arguments { usage += " " + label(of: argument) }
        if !command.commands.isEmpty { usage += " COMMAND" }

        var text = "\(command.summary)\n\nUsage: \(usage)\n"
        if !command.discussion.isEmpty { text += "\n\(command.discussion)\n" }
        text += section("Arguments", command.arguments.map { (label(of: $0), $0.summary) })
        text += section("Commands", command.commands.map { ($0.name, $0.summary) })
        let options = command.options.map { (label(of: $0), $0.summary) } + [("--help", "Show this help.")]
        text += section("Options", options)
        if !command.commands.isEmpty { text += "\n`\(full) COMMAND --help` explains one command.\n" }
        return text
    }

    private static func label(of argument: CommandSpecification.Argument) -> String {
        switch argument.count {
        case .one: argument.name
        case .optional: "[\(argument.name)]"
        case .many: "[\(argument.name) …]"
        }
    }

    private static func label(of option: CommandSpecification.Option) -> String {
        switch option.kind {
        case .flag: option.name
        case .value(let placeholder): "\(option.name) \(placeholder)"
        case .repeated(let placeholder): "\(option.name) \(placeholder) …"
        }
    }

    private static func section(_ title: String, _ rows: [(String, String)]) -> String {
        if rows.isEmpty { return "" }
        let width = min(30, rows.map(\.0.count).max() ?? 0)
        let lines = rows.map { label, summary in
            "  " + label + String(repeating: " ", count: max(0, width - label.count)) + "  " + summary
        }
        return "\n\(title):\n" + lines.joined(separator: "\n") + "\n"
    }
}
