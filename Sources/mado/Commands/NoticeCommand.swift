import HTTP
import JSON
import Server

/// `mado notice`
enum NoticeCommand {
    /// - Throws: `ConfigurationErrors`; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let name = PercentEncoding.encode(command.arguments["NAME"] ?? "")
        try AdminSession.with(configuration) { client in
            let body = JSONWriter.object { $0.member("text", command.arguments["TEXT"] ?? "") }
            let answer = try client.request("POST", "/members/\(name)/notice", body: body)
            TerminalOutput.say("Sent to \(answer["user_id"]?.string ?? "").")
        }
    }
}
