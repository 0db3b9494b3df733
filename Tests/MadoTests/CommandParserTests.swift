import Server
import Testing

@testable import mado

@Suite struct CommandParserTests {
    private let parser = CommandParser(root: MadoCommand.specification)

    private func reason(_ words: String...) -> String? {
        do throws(CommandLineError) {
            _ = try parser.parse(words)
            return nil
        } catch { return error.reason }
    }

    @Test func optionsTakeTheirValuesEitherWay() throws {
        let command = try parser.parse(["serve", "--data", "/srv/mado", "--server-name=example.org", "--guests"])
        #expect(command.path == ["serve"])
        #expect(command.value("--data") == "/srv/mado")
        #expect(command.value("--server-name") == "example.org")
        #expect(command.has("--guests"))
        #expect(!command.has("--demo"))
    }

    @Test func listenMayStandSeveralTimes() throws {
        let command = try parser.parse(["serve", "--listen", "http://127.0.0.1:1", "--listen", "http://127.0.0.1:2"])
        #expect(command.options.map(\.value) == ["http://127.0.0.1:1", "http://127.0.0.1:2"])
    }

    @Test func argumentsStandAnywhereBehindTheCommand() throws {
        #expect(try parser.parse(["member", "add", "--admin", "hanako"]).arguments == ["NAME": "hanako"])
        #expect(try parser.parse(["member", "add", "hanako", "--admin"]).arguments == ["NAME": "hanako"])
        #expect(try parser.parse(["member", "add", "--", "--odd"]).arguments == ["NAME": "--odd"])
    }

    @Test func helpAsksForNothingElse() throws {
        #expect(try parser.parse(["--help"]).wantsHelp)
        #expect(try parser.parse(["member", "-h"]).path == ["member"])
        #expect(try parser.parse(["member", "add", "--help"]).wantsHelp)
    }

    @Test func whatIsWrongIsSaid() {
        #expect(reason("serv") == "unknown command \"serv\"; did you mean \"serve\"?")
        #expect(reason("member", "lst") == "unknown command \"lst\"; did you mean \"list\"?")
        #expect(reason("zzzzzz") == "unknown command \"zzzzzz\"")
        #expect(reason("serve", "--lisen", "x") == "unknown option --lisen; did you mean \"--listen\"?")
        #expect(reason("serve", "--data") == "--data needs a value: --data DIR")
        #expect(reason("serve", "--data", "--guests") == "--data needs a value: --data DIR")
        #expect(reason("serve", "--guests=yes") == "--guests takes no value")
        #expect(reason("serve", "--data", "a", "--data", "b") == "--data stands twice")
        #expect(reason("serve", "extra") == "too many arguments: \"extra\"")
        #expect(reason("member", "add") == "missing argument NAME")
        #expect(reason("member")?.hasPrefix("which command?") == true)
        #expect(reason()?.hasPrefix("which command?") == true)
    }

    @Test func suggestionsAreNearOnes() {
        #expect(Suggestion.distance("listen", "lisetn") == 1)
        #expect(Suggestion.distance("", "abc") == 3)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
        #expect(Suggestion.nearest(to: "ab", among: ["xyz"]) == nil)
    }

    @Test func everyCommandHasHelpThatNamesItsOptions() {
        func check(_ command: CommandSpecification, _ path: [String]) {
            let text = CommandHelp.text(for: command, path: path)
            for option in command.options { #expect(text.contains(option.name)) }
            for child in command.commands {
                #expect(text.contains(child.name))
                check(child, path + [child.name])
            }
        }
        check(MadoCommand.specification, [])
    }

    /// Programs that the server starts work in folders of their own.
    @Test func dataFolderIsAPathFromTheRoot() throws {
        let command = try parser.parse(["serve", "--data", "here"])
        let configuration = try CommandConfiguration.load(for: command, environment: [:])
        #expect(configuration.dataFolder.hasPrefix("/"))
        #expect(configuration.dataFolder.hasSuffix("/here"))
    }

    @Test func optionsSetTheirKeys() throws {
        let command = try parser.parse([
            "serve", "--data", "/d", "--server-name", "example.org", "--listen", "http://127.0.0.1:8008",
            "--registration", "open", "--guests", "--no-rate-limits", "--demo", "--metrics", "http://127.0.0.1:9090",
            "--log-level", "debug", "--log-format", "json",
        ])
        let configuration = try CommandConfiguration.load(for: command, environment: [:])
        #expect(configuration.dataFolder == "/d")
        #expect(configuration.serverName == "example.org")
        #expect(configuration.listeners.map(\.description) == ["http://127.0.0.1:8008"])
        #expect(configuration.registration.policy == .open)
        #expect(configuration.registration.allowsGuests)
        #expect(!configuration.limits.isEnabled)
        #expect(configuration.isDemo)
        #expect(configuration.metrics.listener?.port == 9090)
        #expect(configuration.log.level == .debug)
        #expect(configuration.log.format == .json)
        for key in MadoCommand.keysOfOptions.values { #expect(ConfigurationKeys.named(key) != nil) }
    }

    @Test func wrongValuesNameTheOption() throws {
        let command = try parser.parse(["serve", "--registration", "opn"])
        let error = #expect(throws: ConfigurationErrors.self) {
            try CommandConfiguration.load(for: command, environment: [:])
        }
        #expect(error?.description.hasPrefix("option --registration: registration.policy: expected one of") == true)
    }
}
