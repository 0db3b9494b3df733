import HTTP
import JSON
import Server

/// `mado media`
enum MediaCommand {
    /// - Throws: `ConfigurationErrors`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        switch command.path.last {
        case "purge":
            let body = try purgeBody(command)
            try AdminSession.with(configuration) { client in
                let answer = try client.request("POST", "/media/purge", body: body)
                let what = "\(answer["files"]?.int ?? 0) files, \(size(answer["bytes"]))"
                TerminalOutput.say(command.has("--dry-run") ? "Would remove \(what)." : "Removed \(what).")
            }
        case "quarantine", "release", "remove": try moderate(command, configuration)
        default: try AdminSession.with(configuration, usage)
        }
    }

    private static func purgeBody(_ command: ParsedCommand) throws -> [UInt8] {
        func milliseconds(_ option: String) throws -> Int64? {
            guard let text = command.value(option) else { return nil }
            guard let age = DurationText.parse(text) else {
                throw AdminError(description: "\(option): \(text) is no duration like 30d")
            }
            return age.milliseconds
        }
        let unused = try milliseconds("--unused-for")
        return JSONWriter.object { object in
            object.member("unused_ms", unused ?? 30 * 86_400_000)
            if command.has("--unreadable") { object.member("unreadable_ms", unused ?? 30 * 86_400_000) }
            object.memberIfPresent("member", command.value("--member"))
            object.member("dry_run", command.has("--dry-run"))
        }
    }

    private static func usage(_ client: AdminClient) throws {
        var rows: [[String]] = []
        var target = "/media/usage"
        while true {
            let answer = try client.request("GET", target)
            if rows.isEmpty, let total = answer["total"] { rows.append(["all together"] + row(total)) }
            for member in answer["members"]?.array.map(Array.init) ?? [] {
                rows.append([member["user_id"]?.string ?? ""] + row(member))
            }
            guard let next = answer["next"]?.string else { break }
            target = "/media/usage?after=\(PercentEncoding.encode(next))"
        }
        TerminalOutput.say(TextTable.render(rows))
    }

    private static func row(_ usage: JSONValue) -> [String] {
        ["\(usage["files"]?.int ?? 0) files", size(usage["bytes"]), usage["quota"].map { "of " + size($0) } ?? ""]
    }

    private static func size(_ bytes: JSONValue?) -> String {
        let bytes = bytes?.int ?? 0
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = bytes
        var unit = 0
        while value >= 10 * 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return "\(value) \(units[unit])"
    }

    /// What an administrator does to files that should not be there.
    private static func moderate(_ command: ParsedCommand, _ configuration: ServerConfiguration) throws {
        let files = command.arguments["FILES"] ?? ""
        let action = command.path.last ?? ""
        try AdminSession.with(configuration) { client in
            let body = JSONWriter.object { $0.member(files.hasPrefix("mxc://") ? "mxc" : "member", files) }
            let count = try client.request("POST", "/media/\(action)", body: body)["files"]?.int ?? 0
            let done = ["quarantine": "Quarantined", "release": "Released"][action] ?? "Removed"
            TerminalOutput.say("\(done) \(count) \(count == 1 ? "file" : "files").")
        }
    }
}
