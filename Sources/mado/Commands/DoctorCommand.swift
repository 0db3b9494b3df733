import Server

/// `mado doctor`
enum DoctorCommand {
    /// 0 when nothing must be done, 1 otherwise.
    static func run(_ command: ParsedCommand) -> Int32 {
        let findings: [Finding]
        do throws(ConfigurationErrors) {
            let configuration = try CommandConfiguration.loadForFolder(for: command)
            findings =
                [.good("configuration", "every value is allowed")] + Doctor(configuration: configuration).examine()
        } catch {
            findings = error.all.map {
                .problem("configuration", $0.description, do: "Correct it; `mado config example` explains every key.")
            }
        }
        for finding in findings { TerminalOutput.say(line(finding)) }
        let problems = findings.count { $0.severity == .problem }
        let warnings = findings.count { $0.severity == .warning }
        TerminalOutput.say("")
        TerminalOutput.say(
            problems == 0 && warnings == 0
                ? "All well." : "\(counted(problems, "problem")), \(counted(warnings, "warning")).")
        return problems == 0 ? 0 : 1
    }

    private static func line(_ finding: Finding) -> String {
        let mark =
            switch finding.severity {
            case .good: "ok      "
            case .warning: "warning "
            case .problem: "PROBLEM "
            }
        let advice = finding.advice.map { "\n          -> \($0)" } ?? ""
        return "\(mark)  \(finding.subject): \(finding.message)\(advice)"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
