/// The results as Markdown.
enum Report {
    static func text(machine: MachineDescription, results: [WorkResult], failed: [String], command: String) -> String {
        var text = """
            # Benchmark results

            Made by `\(command)`; `mado-bench` is in `Sources/Bench`. A figure counts as a ratio to the peer measured in \
            the same run on the same machine: medians of rounds in turn (ours, peer, ours, peer).
            **Load generator, server and peer share \(machine.cores) cores**, so that requests per second are no \
            capacity figures; server CPU per operation (utime + stime of all its processes) is what compares.


            """
        text += machine.markdown + "\n"
        if !failed.isEmpty { text += "**Could not be measured:** \(failed.joined(separator: ", ")).\n\n" }
        for result in results { text += section(result) }
        return text
    }

    private static func section(_ result: WorkResult) -> String {
        var text = "## \(result.title)\n\n\(result.method)\n\n"
        text += "| Work | Mado | Peer | Ratio | Goal | Met |\n|---|---|---|---|---|---|\n"
        for finding in result.findings {
            let met = finding.isMet.map { $0 ? "yes" : "**no**" } ?? ""
            text +=
                "| \(finding.work) | \(finding.ours) | \(finding.peer) | \(finding.ratio) | \(finding.goal) | \(met) |\n"
        }
        text += "\n"
        for note in result.notes { text += "- \(note)\n" }
        if !result.notes.isEmpty { text += "\n" }
        return text
    }
}
