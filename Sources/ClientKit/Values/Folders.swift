/// Where the program keeps its files.
package struct Folders: Sendable, Equatable {
    /// Settings and the list of accounts.
    package var config: String
    /// What was received and entered: one database an account, and files that wait to be sent.
    package var data: String
    /// What can be fetched again: media.
    package var cache: String

    package init(config: String, data: String, cache: String) {
        self.config = config
        self.data = data
        self.cache = cache
    }

    /// The folders of the XDG Base Directory Specification, each with `/mado` at its end.
    /// - Parameter environment: looks up a variable.
    package static func standard(environment: (String) -> String?) -> Folders {
        let home = environment("HOME") ?? "/"
        func folder(_ variable: String, _ fallback: String) -> String {
            // The specification: a relative path is to be ignored.
            if let path = environment(variable), path.hasPrefix("/") { return path + "/mado" }
            return home + fallback + "/mado"
        }
        return Folders(
            config: folder("XDG_CONFIG_HOME", "/.config"), data: folder("XDG_DATA_HOME", "/.local/share"),
            cache: folder("XDG_CACHE_HOME", "/.cache"))
    }
}
