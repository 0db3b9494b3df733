/// A command line that does not fit.
struct CommandLineError: Error, Equatable, CustomStringConvertible {
    let reason: String
    /// The command that was understood so far, for the line that points to its help.
    let path: [String]

    var description: String { reason }
}

/// Reads a command line by its specification.
struct CommandParser {
    let root: CommandSpecification

    /// - Parameter words: without the program's name.
    /// - Throws: unknown or missing commands, options and arguments, with a suggestion where one is near.
    func parse(_ words: [String]) throws(CommandLineError) -> ParsedCommand {
        var command = root
        var path: [String] = []
        var rest = words[...]
        while !command.commands.isEmpty, let word = rest.first, !word.hasPrefix("-") {
            guard let next = command.commands.first(where: { $0.name == word }) else {
                if !command.arguments.isEmpty { break }
                let near = Suggestion.phrase(for: word, among: command.commands.map(\.name))
                throw CommandLineError(reason: "unknown command \"\(word)\"\(near)", path: path)
            }
            command = next
            path.append(word)
            rest = rest.dropFirst()
        }

        var options: [(name: String, value: String)] = []
        var positional: [String] = []
        var wantsHelp = false
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions, word == "--" {
                takesOptions = false
            } else if takesOptions, word == "--help" || word == "-h" {
                wantsHelp = true
            } else if takesOptions, word.hasPrefix("-"), word != "-" {
                options.append(try option(word, of: command, path, &rest))
            } else {
                positional.append(word)
            }
        }
        try refuseRepetition(options, of: command, path)
        let arguments = wantsHelp ? [:] : try assign(positional, to: command, path)
        let takesMany = command.arguments.last?.count == .many
        return ParsedCommand(
            path: path, options: options, arguments: arguments,
            many: takesMany ? Array(positional.dropFirst(command.arguments.count - 1)) : [], wantsHelp: wantsHelp)
    }

    /// The specification of a command that was parsed.
    func specification(of path: [String]) -> CommandSpecification {
        path.reduce(root) { command, name in command.commands.first { $0.name == name } ?? command }
    }

    private func option(
        _ word: String, of command: CommandSpecification, _ path: [String], _ rest: inout ArraySlice<String>
    ) throws(CommandLineError) -> (name: String, value: String) {
        let equals = word.firstIndex(of: "=")
        let name = String(word[..<(equals ?? word.endIndex)])
        let attached = equals.map { String(word[word.index(after: $0)...]) }
        guard let option = command.options.first(where: { $0.name == name }) else {
            let near = Suggestion.phrase(for: name, among: command.options.map(\.name) + ["--help"])
            let hint =
                !command.arguments.isEmpty ? "; an argument that begins with - stands behind \"--\"" : ""
            throw CommandLineError(reason: "unknown option \(name)\(near)\(hint)", path: path)
        }
        switch option.kind {
        case .flag:
            if attached != nil { throw CommandLineError(reason: "\(name) takes no value", path: path) }
            return (name, "")
        case .value(let placeholder), .repeated(let placeholder):
            if let attached { return (name, attached) }
            guard let next = rest.first, !next.hasPrefix("--") else {
                throw CommandLineError(reason: "\(name) needs a value: \(name) \(placeholder)", path: path)
            }
            rest = rest.dropFirst()
            return (name, next)
        }
    }

    private func refuseRepetition(
        _ options: [(name: String, value: String)], of command: CommandSpecification, _ path: [String]
    ) throws(CommandLineError) {
        for option in command.options {
            if case .value = option.kind, options.count(where: { $0.name == option.name }) > 1 {
                throw CommandLineError(reason: "\(option.name) stands twice", path: path)
            }
        }
    }

    private func assign(
        _ words: [String], to command: CommandSpecification, _ path: [String]
    ) throws(CommandLineError) -> [String: String] {
        if !command.commands.isEmpty, command.arguments.isEmpty {
            let names = command.commands.map(\.name).joined(separator: ", ")
            throw CommandLineError(reason: "which command? One of: \(names)", path: path)
        }
        let last = command.arguments.last?.count ?? .one
        if words.count > command.arguments.count, last != .many {
            throw CommandLineError(reason: "too many arguments: \"\(words[command.arguments.count])\"", path: path)
        }
        let required = command.arguments.count - (last == .one ? 0 : 1)
        if words.count < required {
            throw CommandLineError(reason: "missing argument \(command.arguments[words.count].name)", path: path)
        }
        return Dictionary(uniqueKeysWithValues: zip(command.arguments.map(\.name), words))
    }
}
