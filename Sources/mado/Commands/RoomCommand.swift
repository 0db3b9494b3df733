import HTTP
import JSON
import Server

/// `mado room`
enum RoomCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError` for a wrong duration; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let path = "/rooms/\(PercentEncoding.encode(command.arguments["ROOM"] ?? ""))"
        switch command.path.last {
        case "show": try AdminSession.with(configuration) { show(try $0.request("GET", path)) }
        case "members": try AdminSession.with(configuration) { members(try $0.request("GET", path + "/members")) }
        case "close":
            try AdminSession.with(configuration) { client in
                TerminalOutput.say("Closed \(try client.request("POST", path + "/close")["room_id"]?.string ?? "").")
            }
        case "reopen":
            try AdminSession.with(configuration) { client in
                TerminalOutput.say("Reopened \(try client.request("POST", path + "/reopen")["room_id"]?.string ?? "").")
            }
        case "purge":
            let body = try purge(command)
            try AdminSession.with(configuration) { client in
                let answer = try client.request("POST", "/history/purge", body: body)
                TerminalOutput.say("Deleted \(answer["deleted"]?.int ?? 0) messages.")
            }
        default: try AdminSession.with(configuration, list)
        }
    }

    private static func purge(_ command: ParsedCommand) throws(AdminError) -> [UInt8] {
        guard let age = command.value("--older-than").flatMap(DurationText.parse) else {
            throw AdminError(description: "--older-than is needed, a duration like 365d")
        }
        return JSONWriter.object { object in
            object.member("before", WallClock.system.now - age.milliseconds)
            object.memberIfPresent("room", command.value("--room"))
        }
    }

    private static func list(_ client: AdminClient) throws {
        var rows: [[String]] = []
        var target = "/rooms"
        while true {
            let answer = try client.request("GET", target)
            for room in answer["rooms"]?.array.map(Array.init) ?? [] { rows.append(row(room)) }
            guard let next = answer["next"]?.string else { break }
            target = "/rooms?after=\(PercentEncoding.encode(next))"
        }
        TerminalOutput.say(rows.isEmpty ? "There are no rooms yet." : TextTable.render(rows))
    }

    private static func row(_ room: JSONValue) -> [String] {
        [
            text(room, "room_id"), "\(room["joined"]?.int ?? 0) in it",
            "since \(Timestamp.day((room["created"]?.int ?? 0) / 1000))", marks(room), text(room, "name"),
        ]
    }

    private static func marks(_ room: JSONValue) -> String {
        ["closed", "public", "encrypted"].filter { room[$0]?.bool == true }.joined(separator: ", ")
    }

    private static func show(_ room: JSONValue) {
        var rows = [
            ["room", text(room, "room_id")], ["name", text(room, "name")], ["topic", text(room, "topic")],
            ["version", text(room, "version")], ["type", text(room, "type")], ["made by", text(room, "creator")],
            ["made on", Timestamp.day((room["created"]?.int ?? 0) / 1000)],
            ["members", "\(room["joined"]?.int ?? 0), \(room["invited"]?.int ?? 0) invited"],
            ["who may join", text(room, "join_rule")], ["history", text(room, "history_visibility")],
            ["", marks(room)],
        ]
        for alias in room["aliases"]?.array.map(Array.init) ?? [] { rows.append(["alias", alias.string ?? ""]) }
        TerminalOutput.say(TextTable.render(rows.filter { !$0[1].isEmpty }))
    }

    private static func members(_ answer: JSONValue) {
        let rows = (answer["members"]?.array.map(Array.init) ?? []).map { member in
            [
                text(member, "user_id"), text(member, "membership"),
                member["power_level"]?.int.map { "level \($0)" } ?? "made the room",
            ]
        }
        TerminalOutput.say(rows.isEmpty ? "Nobody is in it." : TextTable.render(rows))
    }

    /// One line, whatever somebody wrote.
    private static func text(_ object: JSONValue, _ key: String) -> String {
        String((object[key]?.string ?? "").map { $0.isNewline ? " " : $0 })
    }
}
