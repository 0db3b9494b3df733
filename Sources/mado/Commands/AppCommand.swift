import Glibc
import HTTP
import JSON
import Server

/// `mado app`
enum AppCommand {
    /// - Throws: `ConfigurationErrors`; `AdminError`; what the administrator's session throws.
    static func run(_ command: ParsedCommand) throws {
        let configuration = try CommandConfiguration.loadForFolder(for: command)
        try AdminSession.with(configuration) { client in
            let name = command.arguments["NAME"] ?? ""
            let path = "/apps/\(PercentEncoding.encode(name))"
            switch command.path.last {
            case "add": try add(name, command, client)
            case "remove":
                _ = try client.request("DELETE", path)
                TerminalOutput.say("Removed \(name).")
            case "submissions": try submissions(path, client)
            default: try list(client)
            }
        }
    }

    private static func add(_ name: String, _ command: ParsedCommand, _ client: AdminClient) throws {
        guard let file = command.value("--form"), let program = command.value("--program") else {
            throw AdminError(description: "An application has --form FILE and --program PATH")
        }
        let form: JSONValue
        do { form = try JSONValue.parse(SystemFile.read(file)) } catch {
            throw AdminError(description: "\(file) is no form: \(error)")
        }
        guard let path = realpath(program, nil) else {
            throw AdminError(description: SystemError("open", path: program).description)
        }
        defer { free(path) }
        guard access(path, X_OK) == 0 else { throw AdminError(description: "\(program) cannot be run") }
        let timeout = try command.value("--timeout").map { text in
            guard let timeout = DurationText.parse(text) else {
                throw AdminError(description: "--timeout: \(text) is no duration like 30s")
            }
            return Int64(timeout / .milliseconds(1))
        }
        let body = JSONWriter.object { object in
            object.member("name", name)
            object.member("form", form)
            object.member("program", String(cString: path))
            object.memberIfPresent("input", command.value("--input"))
            object.memberIfPresent("timeout_ms", timeout)
            object.member("default_subscribed", command.has("--subscribed"))
        }
        _ = try client.request("POST", "/apps", body: body)
        TerminalOutput.say("The application \(name) is there.")
    }

    private static func list(_ client: AdminClient) throws {
        let all = try client.request("GET", "/apps")["applications"]?.array.map(Array.init) ?? []
        let rows = all.map { one in
            [
                one["name"]?.string ?? "", one["title"]?.string ?? "", one["input"]?.string ?? "",
                one["program"]?.string ?? "no program",
            ]
        }
        TerminalOutput.say(rows.isEmpty ? "There are no applications yet." : TextTable.render(rows))
    }

    private static func submissions(_ path: String, _ client: AdminClient) throws {
        var rows: [[String]] = []
        var target = path + "/submissions"
        while true {
            let answer = try client.request("GET", target)
            for one in answer["submissions"]?.array.map(Array.init) ?? [] {
                rows.append([
                    "\(one["number"]?.int ?? 0)", TimeText.render(one["created_ts"]?.int ?? 0),
                    one["user_id"]?.string ?? "", one["state"]?.string ?? "",
                    one["fields"].map { String(decoding: $0.bytes, as: UTF8.self) } ?? "",
                ])
            }
            guard let next = answer["next_before"]?.int else { break }
            target = path + "/submissions?before=\(next)"
        }
        TerminalOutput.say(rows.isEmpty ? "Nothing was submitted yet." : TextTable.render(rows))
    }
}
