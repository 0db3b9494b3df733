import Server

/// The example file: every key with its meaning, type, variable and default, commented out.
enum ConfigurationExample {
    static func text() -> String {
        let defaults = ServerConfiguration()
        var text = """
            # Mado's configuration. Every key with its default; take away the # of those you change.
            # Each can also be given as the environment variable named beside it, and many on the command line.
            # Order: defaults, this file, environment, command line; the later wins.
            # Made by `mado config example`.

            """
        var table = ""
        for key in ConfigurationKeys.all {
            let parts = key.name.split(separator: ".")
            let own = parts.dropLast().prefix(2).joined(separator: ".")
            let name = key.name.dropFirst(own.isEmpty ? 0 : own.count + 1)
            if own != table {
                table = own
                text += "\n"
                if let summary = ConfigurationKeys.tableSummaries[own] { text += comment(summary) }
                text += "[\(own)]\n"
            }
            text += "\n" + comment(key.summary)
            text += comment(
                "\(key.allowed.prefix(1).uppercased() + key.allowed.dropFirst())\(key.isReloadable ? "; read again on SIGHUP" : "")."
            )
            text += "# \(key.environmentName)\n"
            let value = key.render(defaults)
            text +=
                "#\(name) = \(isNothing(value) ? key.example ?? value ?? "\"\"" : value ?? "")\(isNothing(value) && key.example != nil ? "   # default: none" : "")\n"
        }
        return text
    }

    private static func isNothing(_ value: String?) -> Bool { value == nil || value == "[]" }

    /// A comment in lines of at most 110 columns.
    private static func comment(_ sentence: String) -> String {
        var lines: [String] = []
        var line = "#"
        for word in sentence.split(separator: " ") {
            if line.count + 1 + word.count > 110 {
                lines.append(line)
                line = "#"
            }
            line += " \(word)"
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }
}
