import HTTP
import JSON
import Server

/// `mado provider`
enum ProviderCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError` for options that do not go together; what the session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        let name = command.arguments["NAME"] ?? ""
        let path = "/providers/\(PercentEncoding.encode(name))"
        let creation = command.path.last == "add" ? try creation(command, name) : []
        try AdminSession.with(configuration) { client in
            switch command.path.last {
            case "add": say(try client.request("POST", "/providers", body: creation))
            case "show": show(try client.request("GET", path))
            case "run":
                let run = try client.request("POST", path + "/run")
                TerminalOutput.say(row(ofRun: run).joined(separator: "  "))
                if run["good"]?.bool != true { throw AdminError(description: "the run failed") }
            case "logs": try logs(client, path, command)
            case "enable", "disable":
                _ = try client.request("POST", path + "/\(command.path.last ?? "")")
                TerminalOutput.say("\(name) is \(command.path.last ?? "")d.")
            case "token":
                TerminalOutput.say(try client.request("POST", path + "/token")["token"]?.string ?? "")
            case "remove":
                let body = JSONWriter.object { $0.member("with_feed", command.has("--with-feed")) }
                _ = try client.request("DELETE", path, body: body)
                TerminalOutput.say("Removed \(name).")
            default:
                let all = try client.request("GET", "/providers")["providers"]?.array.map(Array.init) ?? []
                TerminalOutput.say(all.isEmpty ? "There are no providers yet." : TextTable.render(all.map { row($0) }))
            }
        }
    }

    private static func creation(_ command: ParsedCommand, _ name: String) throws(AdminError) -> [UInt8] {
        let program = command.value("--program")
        let address = command.value("--url")
        let sources = [program, address].compactMap { $0 }.count + (command.has("--push") ? 1 : 0)
        guard sources == 1 else {
            throw AdminError(description: "a provider has one of --program FILE, --url URL and --push")
        }
        var interval: Int64?
        if command.has("--on-request") {
            interval = 0
        } else if let text = command.value("--every") {
            guard let duration = DurationText.parse(text) else {
                throw AdminError(description: "--every is a duration like 10m or 1h")
            }
            interval = duration.components.seconds
        }
        return JSONWriter.object { object in
            object.member("name", name)
            object.member("kind", program != nil ? "program" : address != nil ? "address" : "push")
            object.memberIfPresent("source", program ?? address)
            object.memberIfPresent("interval", interval)
            object.memberIfPresent("title", command.value("--title"))
            object.memberIfPresent("topic", command.value("--topic"))
            object.memberIfPresent("order", command.value("--order"))
            object.member("default_subscribed", !command.has("--not-subscribed"))
        }
    }

    private static func say(_ made: JSONValue) {
        TerminalOutput.say("Made \(made["name"]?.string ?? ""), which gives to \(made["room_id"]?.string ?? "").")
        guard let token = made["token"]?.string else { return }
        TerminalOutput.say("Its token, which is shown only now: \(token)")
    }

    private static func show(_ provider: JSONValue) {
        var rows = [
            ["name", provider["name"]?.string ?? ""], ["kind", provider["kind"]?.string ?? ""],
            ["source", provider["source"]?.string ?? ""], ["every", every(provider)],
            ["feed", provider["room_id"]?.string ?? ""], ["state", state(provider)],
            ["last run", time(provider["last_run"])], ["last good run", time(provider["last_success"])],
        ]
        if let error = provider["last_error"]?.string, !error.isEmpty { rows.append(["last error", oneLine(error)]) }
        if provider["has_token"]?.bool == true { rows.append(["token", "has one"]) }
        TerminalOutput.say(TextTable.render(rows))
    }

    private static func logs(_ client: AdminClient, _ path: String, _ command: ParsedCommand) throws {
        let limit = command.value("--lines") ?? "20"
        guard Int(limit) != nil else { throw AdminError(description: "--lines is a whole number") }
        let runs = try client.request("GET", path + "/runs?limit=\(limit)")["runs"]?.array.map(Array.init) ?? []
        TerminalOutput.say(
            runs.isEmpty ? "It did not run yet." : TextTable.render(runs.reversed().map { row(ofRun: $0) }))
    }

    private static func row(_ provider: JSONValue) -> [String] {
        [
            provider["name"]?.string ?? "", provider["kind"]?.string ?? "", every(provider), state(provider),
            time(provider["last_run"]), oneLine(provider["last_error"]?.string ?? ""),
        ]
    }

    private static func row(ofRun run: JSONValue) -> [String] {
        [
            time(run["started"]), run["good"]?.bool == true ? "ok" : "FAILED", "\(run["duration"]?.int ?? 0) ms",
            oneLine(run["text"]?.string ?? ""),
        ]
    }

    private static func every(_ provider: JSONValue) -> String {
        if provider["kind"]?.string == "push" { return "pushes" }
        let seconds = provider["interval"]?.int ?? 0
        return seconds == 0 ? "on request" : "every \(seconds) s"
    }

    private static func state(_ provider: JSONValue) -> String {
        if provider["enabled"]?.bool == false { return "off" }
        let failures = provider["failures"]?.int ?? 0
        return failures == 0 ? "ok" : "failed \(failures) time\(failures == 1 ? "" : "s")"
    }

    private static func time(_ time: JSONValue?) -> String {
        guard let time = time?.int, time > 0 else { return "never" }
        return Timestamp.text(time)
    }

    /// One line, whatever a program wrote.
    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }.prefix(300)) }
}
