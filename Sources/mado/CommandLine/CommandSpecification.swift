/// A command of the program, described: its options, arguments and commands below it. Parsing, help and error
/// messages all come from this.
struct CommandSpecification: Sendable {
    struct Option: Sendable {
        enum Kind: Sendable, Equatable {
            /// Stands alone: `--guests`.
            case flag
            /// Takes a value: `--data DIR` or `--data=DIR`.
            case value(placeholder: String)
            /// Takes a value and may stand several times.
            case repeated(placeholder: String)
        }

        /// With its dashes: `--data`.
        let name: String
        let kind: Kind
        let summary: String

        init(_ name: String, _ kind: Kind = .flag, _ summary: String) {
            self.name = name
            self.kind = kind
            self.summary = summary
        }
    }

    struct Argument: Sendable {
        let name: String
        let summary: String
    }

    let name: String
    let summary: String
    /// Shown below the summary by `--help`.
    var discussion = ""
    var options: [Option] = []
    /// All required, in order.
    var arguments: [Argument] = []
    var commands: [CommandSpecification] = []
}
