import HTTP
import JSON
import Server

/// `mado announce`
enum AnnounceCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            let id = command.arguments["ID"] ?? ""
            let path = "/announcements/\(PercentEncoding.encode(id))"
            switch command.path.last {
            case "list": try list(client)
            case "seen": try seen(try client.request("GET", path + "/seen"))
            case "withdraw":
                _ = try client.request("DELETE", path)
                TerminalOutput.say("Withdrew \(id).")
            case "change":
                _ = try client.request("PUT", path, body: body(command, client))
                TerminalOutput.say("Changed \(id).")
            default: try announce(command, client)
            }
        }
    }

    private static func announce(_ command: ParsedCommand, _ client: AdminClient) throws {
        let answer = try client.request("POST", "/announcements", body: body(command, client))
        let id = answer["announcement_id"]?.string ?? ""
        if let time = answer["held_until_ts"]?.int {
            TerminalOutput.say("\(id) is held back until \(TimeText.render(time)).")
        } else {
            TerminalOutput.say("\(id) is announced.")
        }
    }

    private static func body(_ command: ParsedCommand, _ client: AdminClient) throws -> [UInt8] {
        guard !command.many.isEmpty else { throw AdminError(description: "What is announced? Give a TEXT") }
        let text = command.many.joined(separator: " ")
        let picture = try command.value("--picture").map { try FileSender(client: client, known: nil).send($0).uri }
        let from = try command.value("--from").map { try TimeText.parse($0) }
        let until = try command.value("--until").map { try TimeText.parse($0) }
        return JSONWriter.object { object in
            // A text without a title is its own.
            object.member("title", command.value("--title") ?? text)
            object.member("text", command.has("--title") ? text : "")
            object.memberIfPresent("picture", picture)
            object.memberIfPresent("link", command.value("--link"))
            object.memberIfPresent("from_ts", from)
            object.memberIfPresent("until_ts", until)
            object.memberIfPresent("priority", command.value("--priority"))
            object.object("audience") { audience(command.value("--audience") ?? "all", &$0) }
        }
    }

    /// `all`, `role:NAME`, `group:ROOM`
    private static func audience(_ text: String, _ object: inout JSONWriter) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.first {
        case "role" where parts.count == 2:
            object.member("kind", "role")
            object.member("role", parts[1])
        case "group" where parts.count == 2:
            object.member("kind", "group")
            object.member("group", parts[1])
        default: object.member("kind", text)
        }
    }

    private static func list(_ client: AdminClient) throws {
        let all = try client.request("GET", "/announcements")["announcements"]?.array.map(Array.init) ?? []
        let rows = all.map { one in
            [
                one["announcement_id"]?.string ?? "", TimeText.render(one["created_ts"]?.int ?? 0),
                one["held_until_ts"]?.int.map { "held until " + TimeText.render($0) } ?? "announced",
                one["announcement"]?["title"]?.string ?? "",
            ]
        }
        TerminalOutput.say(rows.isEmpty ? "Nothing is announced." : TextTable.render(rows))
    }

    private static func seen(_ answer: JSONValue) throws {
        TerminalOutput.say("Seen by \(answer["seen"]?.int ?? 0) of \(answer["audience"]?.int ?? 0).")
        for member in answer["members"]?.array.map(Array.init) ?? [] { TerminalOutput.say(member.string ?? "") }
    }
}
