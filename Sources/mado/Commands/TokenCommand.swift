import HTTP
import JSON
import Server

/// `mado token`
enum TokenCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError` for a wrong count or duration; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        switch command.path.last {
        case "create":
            let body = try creation(command)
            try AdminSession.with(configuration) { client in
                let answer = try client.request("POST", "/tokens", body: body)
                TerminalOutput.say(answer["token"]?.string ?? "")
            }
            if configuration.registration.policy != .token {
                TerminalOutput.complain(
                    "Note: registration is \(configuration.registration.policy.rawValue); tokens count when it is \"token\"."
                )
            }
        case "revoke":
            try AdminSession.with(configuration) { client in
                let token = command.arguments["TOKEN"] ?? ""
                _ = try client.request("DELETE", "/tokens/\(PercentEncoding.encode(token))")
                TerminalOutput.say("Revoked.")
            }
        default:
            try AdminSession.with(configuration) { client in
                let tokens = try client.request("GET", "/tokens")["tokens"]?.array.map(Array.init) ?? []
                TerminalOutput.say(tokens.isEmpty ? "There are no tokens." : TextTable.render(tokens.map(row)))
            }
        }
    }

    private static func creation(_ command: ParsedCommand) throws(AdminError) -> [UInt8] {
        var uses: Int?
        if let text = command.value("--uses") {
            guard let count = Int(text), count > 0 else {
                throw AdminError(description: "--uses is a whole number from 1")
            }
            uses = count
        }
        var expires: Int64?
        if let text = command.value("--expires") {
            guard let duration = DurationText.parse(text) else {
                throw AdminError(description: "--expires is a duration like 12h or 7d")
            }
            expires = WallClock.system.now + duration.components.seconds * 1000
        }
        return JSONWriter.object { object in
            object.memberIfPresent("uses", uses)
            object.memberIfPresent("expires", expires)
        }
    }

    private static func row(_ token: JSONValue) -> [String] {
        let used = token["used"]?.int ?? 0
        let uses = token["uses_allowed"]?.int.map { "used \(used) of \($0)" } ?? "used \(used)"
        let expires = token["expires"]?.int.map { "until \(Timestamp.text($0))" }
        return [token["token"]?.string ?? "", uses, expires ?? ""]
    }
}
