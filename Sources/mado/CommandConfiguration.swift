import Glibc
import Server

/// The configuration that a command line asks for.
enum CommandConfiguration {
    /// - Parameter environment: defaults to the process' own.
    /// - Throws: everything that is wrong with file, environment and options.
    static func load(
        for command: ParsedCommand, environment: [String: String] = processEnvironment()
    ) throws(ConfigurationErrors) -> ServerConfiguration {
        var file: ConfigurationFile?
        if let path = command.value("--config") ?? environment["MADO_CONFIG"] {
            do throws(ConfigurationError) {
                file = try ConfigurationFile(reading: path)
            } catch { throw ConfigurationErrors(all: [error]) }
        }
        var overrides: [ConfigurationLoader.Override] = []
        for (option, value) in command.options {
            if let key = MadoCommand.keysOfOptions[option] {
                overrides.append(.init(option: option, key: key, value: .untyped(value)))
            }
        }
        let listeners = command.options.filter { $0.name == "--listen" }.map { ConfigurationValue.string($0.value) }
        if !listeners.isEmpty { overrides.append(.init(option: "--listen", key: "listeners", value: .list(listeners))) }
        for (option, key, value) in [
            ("--guests", "registration.guests", true), ("--no-rate-limits", "limits.enabled", false),
            ("--demo", "demo", true),
        ] where command.has(option) {
            overrides.append(.init(option: option, key: key, value: .boolean(value)))
        }
        var configuration = try ConfigurationLoader(file: file, environment: environment, overrides: overrides).load()
        // Programs that are started beside the server work in folders of their own, and find their files from there.
        configuration.dataFolder = SystemFile.absolutePath(configuration.dataFolder)
        return configuration
    }

    /// Like `load`, for commands that work on a data folder: the server name is the folder's unless one is given.
    static func loadForFolder(for command: ParsedCommand) throws(ConfigurationErrors) -> ServerConfiguration {
        var configuration = try load(for: command)
        let named = command.has("--server-name")
        if !named, let name = DataFolder(path: configuration.dataFolder).serverName { configuration.serverName = name }
        return configuration
    }

    static func processEnvironment() -> [String: String] {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { environment[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return environment
    }
}
