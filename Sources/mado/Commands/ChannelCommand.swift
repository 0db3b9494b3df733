import Glibc
import HTTP
import JSON
import Server

/// `mado channel`
enum ChannelCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        if command.path.last == "feed" { return try ChannelFeed.run(command) }
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            switch command.path.last {
            case "add": try add(command, client)
            case "set": try set(command, client)
            case "schedule": try ChannelScheduleCommand.run(command, client)
            case "remove":
                let name = command.arguments["CHANNEL"] ?? ""
                _ = try client.request("DELETE", path(name))
                TerminalOutput.say("Removed \(name).")
            default: try list(client)
            }
        }
    }

    static func path(_ channel: String) -> String { "/channels/\(PercentEncoding.encode(channel))" }

    private static func list(_ client: AdminClient) throws {
        let rows = try client.request("GET", "/channels")["channels"]?.array.map(Array.init) ?? []
        let lines = rows.map { channel in
            let programme = channel["programme"]
            let isLive = programme?["live"]?.bool == true
            return [
                channel["kind"]?.string ?? "", channel["name"]?.string ?? "",
                programme?["title"]?.string.map { isLive ? "\($0) (live)" : $0 } ?? "nothing is on",
                "\(channel["schedule"]?["programmes"]?.count ?? 0) scheduled", channel["room_id"]?.string ?? "",
            ]
        }
        TerminalOutput.say(lines.isEmpty ? "There are no channels yet." : TextTable.render(lines))
    }

    /// A channel that is there already keeps its room: only what it shows is set.
    private static func add(_ command: ParsedCommand, _ client: AdminClient) throws {
        let kind = command.arguments["KIND"] ?? ""
        let name = command.arguments["NAME"] ?? ""
        let known = try client.request("GET", "/channels")["channels"]?.array?.first { $0["name"]?.string == name }
        if let known {
            guard known["kind"]?.string == kind else {
                throw AdminError(description: "\(name) is a channel of the kind \(known["kind"]?.string ?? "unknown")")
            }
            guard !command.many.isEmpty else { throw AdminError(description: "There is a channel \(name) already") }
        } else {
            let order = command.value("--order")
            guard order.map({ Int($0) != nil }) ?? true else { throw AdminError(description: "--order is a number") }
            let body = JSONWriter.object { object in
                object.member("kind", kind)
                object.member("name", name)
                object.memberIfPresent("topic", command.value("--topic"))
                object.memberIfPresent("order", order.flatMap { Int($0) })
                object.member("default_subscribed", command.has("--subscribed"))
            }
            _ = try client.request("POST", "/channels", body: body)
            TerminalOutput.say("Made the channel \(name).")
        }
        guard ProgrammeDraft.saysSomething(command) else { return }
        try set(command, client, channel: name)
    }

    private static func set(_ command: ParsedCommand, _ client: AdminClient) throws {
        let channel = command.arguments["CHANNEL"] ?? ""
        if command.has("--off") {
            _ = try client.request("PUT", path(channel) + "/programme", body: Array("{}".utf8))
            return TerminalOutput.say("Nothing is on \(channel) now.")
        }
        try set(command, client, channel: channel)
    }

    private static func set(_ command: ParsedCommand, _ client: AdminClient, channel name: String) throws {
        let channel = try client.request("GET", path(name))
        let draft = ProgrammeDraft(command: command, client: client, channel: channel)
        let (programme, uploaded) = try draft.make()
        _ = try client.request("PUT", path(name) + "/programme", body: programme)
        let title = (try? JSONValue.parse(programme))?["title"]?.string ?? ""
        TerminalOutput.say("\(title) is on \(name) now (\(uploaded) file\(uploaded == 1 ? "" : "s") sent).")
    }
}

/// `mado channel schedule`
enum ChannelScheduleCommand {
    static func run(_ command: ParsedCommand, _ client: AdminClient) throws {
        let name = command.arguments["CHANNEL"] ?? ""
        let path = ChannelCommand.path(name)
        let channel = try client.request("GET", path)
        var entries = channel["schedule"]?["programmes"]?.array.map(Array.init) ?? []
        if let id = command.value("--remove") {
            guard entries.contains(where: { $0["id"]?.string == id }) else {
                throw AdminError(description: "\(name) has no entry \(id)")
            }
            entries.removeAll { $0["id"]?.string == id }
            _ = try client.request("PUT", path + "/schedule", body: schedule(entries))
            return TerminalOutput.say("Removed \(id) from the schedule of \(name).")
        }
        guard let from = command.value("--from") else { return show(entries) }
        let start = try TimeText.parse(from)
        let end = try command.value("--until").map { try TimeText.parse($0) }
        let (programme, _) = try ProgrammeDraft(command: command, client: client, channel: channel).make()
        let id = command.value("--id") ?? "p\(start)"
        entries.removeAll { $0["id"]?.string == id }
        let entry = JSONWriter.object { object in
            object.member("id", id)
            object.member("from_ts", start)
            object.memberIfPresent("until_ts", end)
            object.memberIfPresent("repeat", command.value("--repeat"))
            object.member("programme", RawJSON(programme))
        }
        guard let value = try? JSONValue.parse(entry) else { preconditionFailure("JSON that we wrote does not parse") }
        _ = try client.request("PUT", path + "/schedule", body: schedule(entries + [value]))
        TerminalOutput.say("\(id) is in the schedule of \(name).")
    }

    private static func schedule(_ entries: [JSONValue]) -> [UInt8] {
        JSONWriter.object { object in
            object.array("programmes") { list in for entry in entries { list.value(entry) } }
        }
    }

    private static func show(_ entries: [JSONValue]) {
        let rows = entries.map { entry in
            [
                entry["id"]?.string ?? "", TimeText.render(entry["from_ts"]?.int ?? 0),
                entry["until_ts"]?.int.map { "until " + TimeText.render($0) } ?? "",
                entry["repeat"]?.string ?? "once", entry["programme"]?["title"]?.string ?? "",
            ]
        }
        TerminalOutput.say(rows.isEmpty ? "Nothing is scheduled." : TextTable.render(rows))
    }
}
