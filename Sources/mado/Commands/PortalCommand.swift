import HTTP
import JSON

/// `mado portal`
enum PortalCommand {
    /// - Throws: `ConfigurationErrors`; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            if command.path.last == "remove" {
                let room = command.arguments["ROOM"] ?? ""
                let answer = try client.request("DELETE", "/portal/rooms/\(PercentEncoding.encode(room))")
                return TerminalOutput.say("Took \(answer["name"]?.string ?? room) out of the portal.")
            }
            let rooms = try client.request("GET", "/portal/rooms")["rooms"]?.array.map(Array.init) ?? []
            TerminalOutput.say(rooms.isEmpty ? "The portal has no rooms yet." : TextTable.render(rooms.map(row)))
        }
    }

    private static func row(_ room: JSONValue) -> [String] {
        let members = room["members"]?.int ?? 0
        return [
            String((room["room_type"]?.string ?? "").dropFirst("mado.".count)), room["name"]?.string ?? "",
            "\(members) member\(members == 1 ? "" : "s")", room["room_id"]?.string ?? "",
        ]
    }
}
