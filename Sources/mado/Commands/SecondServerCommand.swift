import HTTP
import JSON
import Server

/// `mado second-server`
enum SecondServerCommand {
    /// - Throws: `ConfigurationErrors`; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let name = command.arguments["NAME"] ?? ""
        let path = "/second-servers/\(PercentEncoding.encode(name))"
        try AdminSession.with(configuration) { client in
            switch command.path.last {
            case "add":
                let body = JSONWriter.object { object in
                    object.member("title", command.value("--title") ?? name)
                    object.member("url", command.value("--url") ?? "\(configuration.publicURL)/second/\(name)/")
                    object.memberIfPresent("upstream", command.value("--behind"))
                }
                TerminalOutput.say(try client.request("PUT", path, body: body)["token"]?.string ?? "")
            case "remove":
                _ = try client.request("DELETE", path)
                TerminalOutput.say("Removed.")
            case "token":
                TerminalOutput.say(try client.request("POST", path + "/token")["token"]?.string ?? "")
            default:
                let servers = try client.request("GET", "/second-servers")["servers"]?.array.map(Array.init) ?? []
                TerminalOutput.say(
                    servers.isEmpty ? "There are no second servers." : TextTable.render(servers.map(row)))
            }
        }
    }

    private static func row(_ server: JSONValue) -> [String] {
        [
            server["name"]?.string ?? "", server["title"]?.string ?? "", server["url"]?.string ?? "",
            server["upstream"]?.string.map { "behind this server, at \($0)" } ?? "",
        ]
    }
}
