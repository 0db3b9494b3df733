import JSON
import Server

/// `mado instruct`
enum InstructCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            if command.path.last == "log" { return try log(client) }
            let targets = ["--page", "--programme", "--program"].filter(command.has)
            guard targets.count == 1, let target = targets.first else {
                throw AdminError(description: "To do what? One of --page URL, --programme CHANNEL, --program NAME")
            }
            let body = JSONWriter.object { object in
                object.array("members") { list in for member in command.many { list.value(member) } }
                object.memberIfPresent(String(target.dropFirst(2)), command.value(target))
                object.memberIfPresent("text", command.value("--text"))
            }
            let answer = try client.request("POST", "/instructions", body: body)
            TerminalOutput.say("Sent \(answer["instruction_id"]?.string ?? "").")
        }
    }

    private static func log(_ client: AdminClient) throws {
        let all = try client.request("GET", "/instructions")["instructions"]?.array.map(Array.init) ?? []
        let rows = all.map { one in
            let content = one["content"]
            let target = content?["url"]?.string ?? content?["program"]?.string ?? content?["room_id"]?.string ?? ""
            return [
                content?["instruction_id"]?.string ?? "", TimeText.render(content?["sent_ts"]?.int ?? 0),
                one["user_id"]?.string ?? "", content?["action"]?.string ?? "", target,
                one["outcome"]?.string ?? "no answer yet", one["detail"]?.string ?? "",
            ]
        }
        TerminalOutput.say(rows.isEmpty ? "Nobody was asked to do anything." : TextTable.render(rows))
    }
}
