import JSON
import Server

/// `mado report`
enum ReportCommand {
    /// - Throws: `ConfigurationErrors`; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            if command.path.last == "close" {
                let number = command.arguments["NUMBER"] ?? ""
                guard Int64(number) != nil else { throw AdminError(description: "\(number) is no number of a report") }
                _ = try client.request("DELETE", "/reports/\(number)")
                return TerminalOutput.say("Closed.")
            }
            var after: Int64 = 0
            var rows: [[String]] = []
            while true {
                let page = try client.request("GET", "/reports?after=\(after)")["reports"]?.array.map(Array.init) ?? []
                guard let last = page.last?["id"]?.int else { break }
                rows += page.map(row)
                after = last
            }
            TerminalOutput.say(rows.isEmpty ? "There are no reports." : TextTable.render(rows))
        }
    }

    private static func row(_ report: JSONValue) -> [String] {
        let subject = ["user", "room", "event"].compactMap { report[$0]?.string }.joined(separator: " ")
        // One line a report, whatever somebody wrote.
        let reason = String((report["reason"]?.string ?? "").map { $0.isNewline ? " " : $0 })
        return [
            String(report["id"]?.int ?? 0), Timestamp.day((report["created"]?.int ?? 0) / 1000),
            report["reporter"]?.string ?? "", "on", subject, reason,
        ]
    }
}
