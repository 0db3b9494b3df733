import HTTP
import JSON
import Server

/// `mado member`
enum MemberCommand {
    /// - Throws: `ConfigurationErrors`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        if command.path.contains("role") { return try RoleCommand.run(command) }
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let name = command.arguments["NAME"] ?? ""
        let path = "/members/\(PercentEncoding.encode(name))"
        switch command.path.last {
        case "add":
            let password = try PasswordPrompt.read(twice: true)
            try AdminSession.with(configuration) { client in
                let body = JSONWriter.object { object in
                    object.member("name", name)
                    object.member("password", password)
                    object.memberIfPresent("display_name", command.value("--display-name"))
                    object.member("admin", command.has("--admin"))
                }
                let answer = try client.request("POST", "/members", body: body)
                TerminalOutput.say("Made \(answer["user_id"]?.string ?? name).")
            }
        case "disable":
            try AdminSession.with(configuration) { client in
                let answer = try client.request("POST", path + "/disable")
                TerminalOutput.say("Closed \(answer["user_id"]?.string ?? name).")
            }
        case "suspend", "resume":
            try AdminSession.with(configuration) { client in
                let isSuspended = command.path.last == "suspend"
                let answer = try client.request("POST", path + (isSuspended ? "/suspend" : "/resume"))
                let member = answer["user_id"]?.string ?? name
                TerminalOutput.say(isSuspended ? "Suspended \(member)." : "\(member) may act again.")
            }
        case "redact":
            try AdminSession.with(configuration) { client in
                let answer = try client.request("POST", path + "/redact")
                TerminalOutput.say("Removed \(answer["redacted"]?.int ?? 0) of the member's messages.")
            }
        case "password":
            let password = try PasswordPrompt.read(twice: true)
            try AdminSession.with(configuration) { client in
                let body = JSONWriter.object { object in
                    object.member("password", password)
                    object.member("keep_devices", command.has("--keep-devices"))
                }
                let answer = try client.request("POST", path + "/password", body: body)
                TerminalOutput.say("\(answer["user_id"]?.string ?? name) has a new password.")
            }
        default: try AdminSession.with(configuration, list)
        }
    }

    private static func list(_ client: AdminClient) throws {
        var rows: [[String]] = []
        var target = "/members"
        while true {
            let answer = try client.request("GET", target)
            for member in answer["members"]?.array.map(Array.init) ?? [] { rows.append(row(member)) }
            guard let next = answer["next"]?.string else { break }
            target = "/members?after=\(PercentEncoding.encode(next))"
        }
        TerminalOutput.say(rows.isEmpty ? "There are no members yet." : TextTable.render(rows))
    }

    private static func row(_ member: JSONValue) -> [String] {
        var state: [String] = []
        if member["disabled"]?.bool == true { state.append("closed") }
        if member["locked"]?.bool == true { state.append("locked") }
        if member["suspended"]?.bool == true { state.append("suspended") }
        if member["has_password"]?.bool == false { state.append("no password") }
        let created = Timestamp.day((member["created"]?.int ?? 0) / 1000)
        return [
            member["user_id"]?.string ?? "", member["kind"]?.string ?? "", "since \(created)",
            state.joined(separator: ", "),
        ]
    }
}
