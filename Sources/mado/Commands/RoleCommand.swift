import HTTP
import JSON

/// `mado member role`
enum RoleCommand {
    /// - Throws: `ConfigurationErrors`; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let name = command.arguments["NAME"] ?? ""
        let role = command.arguments["ROLE"] ?? ""
        let path = "/members/\(PercentEncoding.encode(name))/roles/\(PercentEncoding.encode(role))"
        try AdminSession.with(configuration) { client in
            switch command.path.last {
            case "add":
                _ = try client.request("PUT", path)
                TerminalOutput.say("\(name) has the role \(role).")
            case "remove":
                _ = try client.request("DELETE", path)
                TerminalOutput.say("\(name) no longer has the role \(role).")
            default:
                let roles = try client.request("GET", "/roles")["roles"]?.array.map(Array.init) ?? []
                let rows = roles.map { [$0["user_id"]?.string ?? "", $0["role"]?.string ?? ""] }
                TerminalOutput.say(rows.isEmpty ? "Nobody has a role." : TextTable.render(rows))
            }
        }
    }
}
